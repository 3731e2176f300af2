//! What it costs, in money and carbon: capital, energy, demand, water, and what a run or a chip-hour comes to.
