//! What can run by when: buildings, power, racks, staff and money, each by date; the least of them runs.
