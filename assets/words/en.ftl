# What the view says, in English. docs/translating.md says how to add a language.
#
# A message is `key = text`; `.hint` is what stands beside the pointer, `.also` other words under which it is found.
# Variables such as { $name } are filled in by the program; figures come with their units unless they stand in the text.
# Names of equipment, jobs, fields, actions and errors come from files and the model and are not in this file.

## Readings. Names that stand beside or above a value, in panels and windows.

reading-it = IT
reading-cooling = Cooling
reading-water = Water
reading-racks = Racks
reading-chips = Chips
reading-draw = Draw
reading-air = Air
reading-throttled = Throttled
reading-hottest-chip = Hottest chip
reading-utilisation = Utilisation
reading-peak-demand = Peak demand
reading-supply-air = Supply air
reading-supply-flow = Supply flow
reading-rack-flow = Rack flow
reading-fans = Fans
reading-pumps = Pumps
reading-chillers = Chillers
reading-done = Done

## Buttons and words that stand in many places.

close = Close
cancel = Cancel
copy-link = Copy link
    .hint = a link of this scenario and view: time, place, camera, colours, windows
site = Site
not-live = not live in this scenario
none = none
all = All
no-values = no values yet
# Units that count things.
chips = chips
unit-chips =
    { $count ->
        [one] chip
       *[other] chips
    }
unit-racks =
    { $count ->
        [one] rack
       *[other] racks
    }
# Number on the site or in its building, such as 14.
genset = Genset { $number }

## The panel on the right: the site, or the selected place.

place-go-there = Go there
site-live-chips = Live chips
site-buildings = Buildings
site-losses = Power path losses
site-no-peak = not yet metered
site-carbon = CO₂
site-cost = Cost
# How far energy in and out differ over a tick, as a share.
site-ledger = Energy ledger gap
site-happened = What happened
# A cause of an incident, as a sentence; several follow each other.
incident-since = since { $cause }
site-go-to-hottest = Go to the hottest chip
site-help = Drag turns, right drag moves, wheel zooms; click a place, click again to go there.
building-live = phase { $phase }, live
building-not-live = phase { $phase }, not live in this scenario
# Number with two digits, such as 03.
building = Building B{ $number }
building-gensets = Gensets
building-substation = Substation
# The name of a hall begins with H.
hall-number = Hall H{ $number }
hall = Hall { $name }
hall-about =
    { $racks ->
        [one] { $racks } rack
       *[other] { $racks } racks
    } in { $rows ->
        [one] { $rows } row
       *[other] { $rows } rows
    }
place-state = State
hall-fresh-air = Fresh air
hall-mixed-air = Mixed air
hall-media-drop = Cooled by media
hall-hot-aisle = Hot aisle
hall-return-air = Return air
hall-bypass = Bypass
hall-recirculation = Recirculation
hall-liquid = Liquid
hall-coolant = Coolant
# The loop of water outside the hall.
hall-facility = Facility
hall-heat-to-coolant = Heat to coolant
hall-heat-to-coils = Heat to coils
hall-heat-rejected = Heat rejected
hall-basin = Basin
hall-power-for-cooling = Power for cooling
hall-all = All
hall-rejection-fans = Rejection fans
hall-evaporated = Evaporated
hall-drift = Drift
hall-blowdown = Blowdown
hall-units = Units
row = Row { $name }
row-busway = Busway { $name }
row-busway-dead = Busway { $name } (dead)
rack = Rack { $name }
# What it draws of its rating, both in kW, and the letter of how well the rating is known.
rack-draw = { $draw } kW of { $rating } { $tag }
rack-battery = Battery
rack-inlet = Inlet
rack-hot-share = Hot-aisle share
rack-outlet = Outlet
rack-warming-up = Its inlet warms faster than it does: steel and chips store the heat that its outlet does not show yet.
rack-job = Job
rack-unit = Unit
rack-unit-waits = waits for a repair
rack-job-spare = none: kept as a spare
rack-job-free = none: free
job-name = Name
job-kind = Kind
job-pace = Pace
job-show-racks = Show all its racks
tray-about =
    { $name }: { $chips } of { $all ->
        [one] { $all } chip
       *[other] { $all } chips
    }
tray = Tray { $name }
tray-power = Power of its chips
chip = Chip { $name }
chip-about = { $name }, { $power } W design power [{ $tag }]
chip-junction = Junction
chip-power = Power
chip-throttles-at = Throttles at

## Lists: keys (H), and assumptions with their sources.

keys-window = Keys
key-roofs = roofs on or off
key-quality = detail: by itself, low, high
key-colours = colours: { $what }
# The name of the key.
key-space-name = space
key-space = stop and go on
# F2
key-picture = save a picture; with Shift without panels
key-undo-name = Ctrl Z
key-undo = undo what was broken, opened or repaired by hand
key-tab-name = Tab
key-tab = next control, with Shift the one before; in a scenario’s text it writes a tab, and Esc leaves the text
key-escape-name = Esc
key-escape = closes the front window, then one level up
key-search-name = /  or  Ctrl K
key-search = search: places, what stands out now, jobs, scenarios, colours, windows
key-back-name = [ ]  or  Alt ← →
key-back = back and forward to where you were; mouse buttons 4 and 5 too
key-arrows = move; with Shift turn and tilt
key-zoom = zoom
key-home-name = Home
key-home = the whole site
key-labels = labels on or off
key-map = little map on or off
key-inside = solid walls, x-ray, section
key-section = move the section; with Shift faster
key-page-name = page up, down
key-page = raise and lower the air slice
key-mouse-name = mouse
key-mouse = drag turns, right drag moves, wheel zooms to what it points at; click a place, click again to go there
# The letters stand before each figure.
assumption-tags = C confirmed · C2 press · B background · E estimate

## Money and carbon (M). The parts of a bill where there is little room.

bill-energy = energy
bill-demand = demand
bill-ratchet = ratchet
bill-minimum = minimum
bill-peak = peak charge
bill-capacity = capacity
bill-water = water
bill-sewer = sewer
bill-diesel = diesel
bill-response = response
money-range = , { $low } to { $high }
money-not-in-tariff = not in this tariff
money-per-kw-month = $/kW and month
money-of-highest = of the highest demand of the months before
money-of-agreed = of the agreed demand is billed at least
money-per-mw-day = $/MW and day
money-per-kw-promised = $/kW and month for what is promised
money-no-programme = no programme in this tariff
# A price with its unit, and the ends of its range.
money-band = { $value } { $unit }, { $low } to { $high } with every price at the end of its range
# What a chart says at the pointer.
money-ago = { $what }, { $hours } h ago
money-and = { $first } and { $second }
bill-part = part
bill-hour = an hour
bill-month = month
bill-total = in all
bill-all = all
bill-band = { $low } to { $high } with every price at the end of its range
money-bill = Bill
money-chip-hour = Chip-hour
    .hint = { $band }; annuities of racks and buildings, upkeep and the bill, scaled to a year
money-run = of useful work, by the jobs where there are any; { $share } of the time of chips counts where no jobs say it
money-grid = Grid, and its margin
money-emits = Emits
money-window = Money and carbon
money-bill-chart = Bill over the last day, $/h
money-grid-chart = Grid, g/kWh: average white, margin orange
money-emitted-chart = Emitted, t/h
money-carbon = CO₂ by the grid's average
money-year-mean = mean of a year: { $figure }
money-carbon-marginal = by its margin now
money-carbon-long-run = by its margin over decades
money-carbon-diesel = of that, diesel
money-embodied = embodied in racks and buildings
    .hint =
        racks { $racks }
        buildings { $buildings }
        { $area }
money-per-m2 = kg/m² of building
money-capital-later = Capital and the cost of a chip-hour come with the first simulated hour.
money-capital = Capital of what is live
money-billion = billion $
money-in-catalog = price in the catalog of racks
money-per-it-w = $/W of IT
money-million = million $
money-other-parts = other parts

## Jobs (J, and the colours of jobs).

job-goodput = goodput { $share }
job-serves = serves { $share }
job-pace-of = pace { $share }
jobs-none-here = No jobs here: this scenario has no workload. Choose “A day of the mission”, or give a scenario a workload such as builtin:mission.
# Figures are written in short, such as 1.5k; the count behind them is for the form of the word.
job-line =
    { $count ->
        [one] { $kind } { $chips } chip, { $measure }
       *[other] { $kind } { $chips } chips, { $measure }
    }
job-line-done =
    { $count ->
        [one] { $kind } { $chips } chip, { $measure }, { $done } done
       *[other] { $kind } { $chips } chips, { $measure }, { $done } done
    }
jobs-batches =
    { $batches ->
        [one] { $batches } batch
       *[other] { $batches } batches
    }, { $count ->
        [one] { $chips } chip
       *[other] { $chips } chips
    }
racks-free = free
racks-spare = spare
racks-broken = broken
racks-dark = dark
racks = racks
job-waits-for-spare = waits for a spare
job-lacks =
    { $count ->
        [one] lacks { $chips } chip
       *[other] lacks { $chips } chips
    }
job-follows-load = follows its load
job-capped = capped to { $share }
job-starts = starts, { $seconds } s left
job-writes = writes a checkpoint
job-slowest = slowest rack { $share }
job-computes = computes
# Where the time of chips goes.
time-training-kept = training, kept
time-training-slowed = training, slowed
time-checkpoints = checkpoints
time-starts = starts
time-work-lost = work lost
time-waiting = waiting for a spare
time-services = services
time-batches = batches
time-spare = spare
time-free = free
time-down = down
time-title = Where the time of all chips went
time-share = { $name }: { $hours } chip-hours, { $share }
# Columns of the table of jobs.
column-job = job
column-kind = kind
column-chips = chips
column-pace = pace
column-goodput = goodput
column-expected = expected
column-stops = stops
column-done = done
column-now = now
job-about = { $name }: { $energy } MWh so far, { $lost } work lost, mean time between interruptions { $between }. Click to see its racks.
span-days = { $days } days
jobs-none = This scenario has no workload, so there are no jobs.
    .hint = Choose a scenario with one above, such as the mission's day, or start the program with --scenario builtin:mission-day. A scenario of your own names a workload file, for example workload: "builtin:mission".
jobs-window = Jobs
jobs-running = Running
jobs-waiting = Waiting
jobs-goodput = Goodput
jobs-load-served = Load served
jobs-stops = Stops
jobs-nobody-waits = Nobody waits.
jobs-queue =
    { $jobs ->
        [one] { $waiting } waits
       *[other] { $waiting } wait
    } for { $count ->
        [one] { $chips } chip
       *[other] { $chips } chips
    }; first is { $name } with { $first ->
        [one] { $own } chip
       *[other] { $own } chips
    }, for { $time }.

## Growth (G), and the timeline of the plan (T).

growth-billion = { $amount } billion $
growth-record =
    { $date }: { $what }
    on record { $recorded }, the plan { $found } ({ $deviation } %)
    { $source }
growth-window = Growth: what can run by when
growth-reading = Reading the plan…
growth-unit-chips = chips
growth-unit-it = MW IT
growth-nothing = nothing
growth-bound-by = Bound by
growth-later = later
# Dates that come true in a tenth, half and nine tenths of all draws.
growth-target = { $chips } chips, P10 – P50 – P90
    .hint =
        by { $draws ->
            [one] { $draws } draw
           *[other] { $draws } draws
        } of what may be late; it comes at all in { $share } % of them
growth-on-record = on record
growth-planned = planned
growth-runs = { $date }: runs { $amount }
growth-legend = Filled: what runs, in the colour of what binds. Diamonds: on record; open ones are converted.
growth-drivers = What moves the date (rank correlation): { $drivers }.
timeline-groundbreaking =
    { $date }: groundbreaking
    { $source }
timeline-play = let the plan's months pass
timeline-now = Now
    .hint = back to the campus as it is in the simulation
timeline-title = The plan, not the simulation
timeline-facts = { $up } up, { $live } with power, { $power }, { $chips } chips
timeline-bound = bound by { $limit }
timeline-complete = complete
timeline-elsewhere = of { $site }: this site stays as it is
timeline-simulation = simulation
timeline-legend = By the plan, on the date below
timeline-lit = racks with power; their building is lit
timeline-unlit = racks installed, waiting for power
# A date, and the months in it.
date = { $day } { $month } { $year }
date-month = { $month } { $year }
date-day = { $day } { $month }
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec

## The bar of ways: back and forward, path, search, bookmarks, how buildings are looked into.

way-back = back: [ or Alt and ←
way-forward = forward: ] or Alt and →
look-key = key V goes through them
section-slider = where it is cut: , and . move it, with Shift faster
    .name = Where it is cut
section-along = along rows
section-across = across rows
section-turn = turn the cut
way-labels = Labels
    .hint = key L
way-map = Map
    .hint = little map: key N
way-tour = Tour
    .hint = the mission in a minute and a half
search-field = Search: place, hottest rack, genset 14   /
    .name = Search
bookmarks = bookmarks: places that are kept
bookmark-keep = Keep
bookmark-name = Name of the bookmark
bookmark-remove = let it go
bookmarks-none = Nothing is kept yet. Keep what you see under a name; it is there the next time.

## The diagram of cooling (C). Short: each text has a box of its own.

cooling-return = return { $flow }, { $temperature }
cooling-bypass = bypass { $flow }
cooling-recirculation = recirculation { $share }, { $flow }
cooling-outside = Outside
# Relative humidity.
cooling-humidity = { $share } RH
# Wet bulb.
cooling-wet-bulb = wb { $temperature }
cooling-damper = Damper
cooling-fresh = { $share } fresh
cooling-filters = Filters
cooling-dust = { $mass } dust
cooling-media = Wet media
cooling-dry = dry
cooling-speed = { $share } speed
cooling-cold-aisles = Cold aisles
cooling-hot-aisles = Hot aisles
cooling-exhaust = Exhaust
cooling-cold-plates = Cold plates
cooling-distribution = Distribution units
cooling-all-pumps = all pumps { $power }
cooling-coils = coils { $power }
cooling-facility-water = Facility water
cooling-lift = lift { $power }
cooling-draw = draw { $power }
cooling-tower-fans = fans { $share }, { $power }
cooling-heat = heat { $power }
cooling-towers = Towers
cooling-dry-coolers = Dry coolers
unit = Unit { $number } of H{ $hall }: { $mode }
unit-speed = speed { $speed }, { $flow }
unit-supply = supply { $temperature }
unit-pressure = against { $pressure }, { $dust }
unit-dust = { $mass } of dust
cooling-pue = PUE now
cooling-wue = WUE now
cooling-rejection = Rejection
cooling-window = Cooling of { $place }
cooling-not-live = Not live in this scenario.
cooling-help = Click breaks one unit of that hall; right click repairs all of them.

## What was done by hand, and undoing it.

undo = Undo
    .hint = Undo this (Ctrl+Z)
done-opened = { $of } opened
done-closed = { $of } closed
done-broke = { $of }: { $count } broken
done-repaired = { $of } repaired
done-units-broke =
    { $count ->
        [one] 1 air-handling unit of { $of } broken
       *[other] { $count } air-handling units of { $of } broken
    }
done-units-repaired = Air-handling units of { $of } repaired

## What a screen reader of a page hears of a control, after its name.

heard-link = link
heard-field = text field
heard-button = button
heard-checkbox = checkbox
heard-choice = choice
heard-list = list
heard-number = number
heard-empty = empty
heard-selected = selected
heard-disabled = not available

## The one-line diagram (O).

oneline-window = One-line diagram of B{ $number }
oneline-idle = idle
oneline-half = half of its rating
oneline-full = full
oneline-over = over
oneline-dead = without voltage
oneline-help = Click opens or closes; on gensets it breaks one, right click repairs.
oneline-gensets = { $running } of { $all }
oneline-load = { $power } MW, { $reactive } Mvar of { $rating } MVA: { $loading } %
oneline-voltage = { $voltage } per unit, loss { $loss } kW
oneline-oil = top oil { $oil } °C, hot spot { $spot } °C
oneline-fuel = { $running } on the bus, { $failed } broken, { $fuel } m³ of diesel

## The psychrometric chart (P).

air-outside = Outside
air-mixed = Mixed
air-behind-media = Behind media
air-supply = Supply
air-return = Return
air-recommended = recommended
# What air at the pointer would be.
air-dry-bulb = dry bulb
air-moisture = moisture
air-too-moist = more than air can hold
air-humidity = humidity
air-wet-bulb = wet bulb
air-dew-point = dew point
air-enthalpy = enthalpy
air-class = class
air-site-mean = the site's mean
air-window = Psychrometric chart: { $place }
air-axis-dry-bulb = dry bulb, °C
air-axis-humidity = humidity ratio, g/kg
air-legend = Bright line: outside air of the last 24 simulated hours. Dashes: wet bulb every 5 °C; from 5 to 2 goes return air that is mixed in.

## Links.

link-going = On the way to { $when } after the start
link-stay = Stay here
link-problem = The link could not be followed
link-field = Link
link-copied = Link copied
link-length =
    { $length ->
        [one] { $length } character
       *[other] { $length } characters
    }
# What a link does not carry.
link-lacks = The link does not carry { $files }.
link-lacks-hand =
    { $count ->
        [one] The link does not carry 1 thing that was done by hand.
       *[other] The link does not carry { $count } things that were done by hand.
    }
link-lacks-site = The link takes the scenario's own site, not { $file }.
link-lacks-text =
    { $bytes ->
        [one] The scenario has { $bytes } byte, too many for a link.
       *[other] The scenario has { $bytes } bytes, too many for a link.
    }

## The editor of scenarios (E).

editor-window = Scenario editor
editor-form = Form
    .hint = the scenario as a form
editor-text = Text
    .hint = the scenario as it is written
editor-now = Do now
    .hint = an operator's command to what runs
editor-too-long =
    { $bytes ->
        [one] the file has { $bytes } byte; allowed: at most { $most }
       *[other] the file has { $bytes } bytes; allowed: at most { $most }
    }
editor-saved = Saved as { $file }
editor-new-name = scenario
editor-search = Search
editor-runs-now = Runs now
editor-mine = Mine
editor-none-saved = none saved yet
editor-built-in = Built in
editor-no-errors = ✔ no errors
editor-errors =
    { $count ->
        [one] { $count } error
       *[other] { $count } errors
    }
editor-checking = checking…
editor-error = found { $found }; allowed: { $allowed }
editor-unsaved = “{ $title }” has changes that are not saved.
editor-stay = Stay
editor-leave = Open without saving
editor-save-first = Save first
editor-save-as-label = Save as
editor-save = Save
    .hint = Ctrl+S
editor-in-folder = in { $folder }, or a path of your own
editor-in-browser = in this browser
editor-is-there = { $file } is there already.
editor-replace = Replace it
editor-open-label = Open
editor-text-field = Text of the scenario
editor-path = path of a .ron file
editor-open = Open
editor-drop = or drop a file on the window
editor-run = ▶ Run
    .hint = start it in the place of what runs; Ctrl+Enter
editor-run-beside = Run as B
    .hint = start it beside what runs, to compare
editor-save-as = Save as…
editor-open-file = Open…
editor-download = Download
    .hint = as a file
editor-reset = Reset
    .hint = back to what was opened or saved; Ctrl+Z in the text undoes it
editor-copy-link-hint = a link of what runs and of this view
editor-what-runs = { $name } runs: { $time }, { $since } after its start
editor-do = Do it now
editor-do-and-keep = Do and keep it
    .hint = and write it into the text that is edited, as an event at this time
editor-is-done = { $action } is done with the next tick
editor-is-kept = { $action } is done, and an event of “{ $title }”
editor-now-help = A command is carried out at the start of the next tick, as an event of a scenario is. Run the kept events again with ▶ Run.
editor-is-not-saved = not saved
editor-is-saved = as it was opened or saved
editor-draft-is-back = The text that was not saved last time is back.
file-name-no-unicode = { $name }: the name is no Unicode
file-unreadable = { $file } cannot be read: { $problem }
editor-draft-lost = What is not saved will be lost when you leave: { $problem }
# The form. Names of fields are those of the files.
# What is said of a field, after what it is.
field-optional = May be left out.
form-remove = take it out
form-with-job = with a job
form-more = { $count } more in the text
form-change-example = catalog:chips.trainium2.tdp_w = 0.55kW
form-change-about = FILE:PATH = VALUE; files are site, catalog, weather, tariff, grid, capital, workload and plan
form-add = Add
form-take = take this one
form-unreadable = The text cannot be read at line { $line }, column { $column }: found { $found }; allowed: { $allowed }. Mend it there first.
form-events = What happens when
form-add-event = Add an event
form-spells = Spells of weather
form-add-spell = Add a spell
form-change = Change
form-changes = Other values in its files
form-rules =
    { $count ->
        [one] { $count } rule in the text
       *[other] { $count } rules in the text
    }
# The form of an action: an event, or an operator's command.
act-bad-time = { $field }: found { $found }; allowed: a time such as 90 min, 2h or 3600
act-field-time = time
act-bad-value = value: { $problem }
act-field-lasts = lasts
act-bad-chips = chips: found { $found }; allowed: 1 to 100,000,000
act-field-work = work
act-where = Where
act-everywhere = everywhere
act-selected = the selected place
act-what = What
act-value = Value
act-value-optional = { $amount }; empty: as it was
act-job = Job
act-like = like
    .hint = a job or stream of the workload that it is like
act-chips = chips
    .hint = chips that it takes
act-work = work
    .hint = work at full pace, such as 2h
act-of-work = of work
act-when = When
    .hint = time since the start, such as 90 min, 2h or 3600
act-after-start = after the start
act-for-good = for good
    .hint = time after which it is taken back; never, if it is empty
act-long = long

## Files, and what a person keeps.

file-bad-name =
    { $most ->
        [one] name: found { $name }; allowed: one of { $most } letter that is no dot
       *[other] name: found { $name }; allowed: one of 1 to { $most } letters that does not begin with a dot
    }
file-control-name = name: found a control character; allowed: letters
file-folder-no-unicode = the name of the folder is no Unicode
file-not-kept = { $file } is not kept in this browser
store-full = the browser keeps no more for this page
store-refused = the browser keeps nothing for this page
store-no-folder = there is no folder for the user's data: { $error }
file-unwritable = { $file } cannot be written: { $error }
page-cannot-open = this page cannot open files
page-cannot-save = this page cannot save files
bookmarks-unreadable = { $file } in the user's data cannot be read: { $error }; a new bookmark takes its place
bookmarks-full =
    { $most ->
        [one] { $most } bookmark is kept at most
       *[other] { $most } bookmarks are kept at most
    }

## How buildings are looked into.

look-solid = Solid
look-x-ray = X-ray
look-section = Section

## Labels at places.

label-not-live = not live
label-chip = { $name }, throttles at { $temperature } °C

## Search. What stands out now, with other words under which it is found.

standout-hottest-rack = Hottest rack
    .also = warmest outlet air
standout-hottest-chip = Hottest chip
    .also = warmest junction
standout-hottest-inlet = Hottest inlet
    .also = warmest rack inlet air
standout-hottest-hall = Hottest hall
    .also = warmest supply air
standout-coldest-hall = Coldest hall
    .also = coolest supply air
standout-busiest-rack = Busiest rack
    .also = highest draw power largest
standout-busiest-feed = Busiest feed
    .also = highest load line-up ring substation
standout-highest-loading = Highest loading
    .also = most loaded node power overloaded
standout-largest-job = Largest job
    .also = biggest
standout-throttled-chips = Throttled chips
    .also = limited tripped racks
standout-dark-racks = Dark racks
    .also = without power unpowered
# What is said of it.
live-outlet = outlet air { $temperature }
live-inlet = inlet air { $temperature }
live-supply = supply air { $temperature }
live-loading = { $share } of its rating, { $power }
live-chips =
    { $count ->
        [one] { $chips } chip
       *[other] { $chips } chips
    }
live-throttled = { $count } of them in { $rack }
live-dark = without power
# What can be done, with other words under which it is found.
deed-home = Whole site
    .also = home campus all overview zoom out
deed-tour = Start the tour
    .also = guided mission story demo
deed-roofs = Roofs on or off
    .also = lift lower
deed-labels = Labels on or off
    .also = names
deed-map = Little map on or off
    .also = minimap plan
deed-solid = Solid walls
    .also = look view normal
deed-x-ray = X-ray
    .also = xray look through walls transparent
deed-section = Section
    .also = cut clip plane cross
deed-pause = Stop or go on
    .also = pause play resume time
deed-picture = Save a picture
    .also = screenshot image png export
# What things are, with other words for them.
found-now = now
found-colours = colours
    .also = overlay colours colors
found-window-also = window open
found-substation = substation
    .also = substation station
found-building = building, phase { $phase }
    .also = building
genset-off = standing by
genset-starting = starting, ready in { $seconds } s
genset-on = on the bus
genset-failed = failed
equipment-load = Load
equipment-rating = Rating
equipment-loading = Loading
equipment-voltage = Voltage
equipment-loss = Loss
equipment-top-oil = Top oil
equipment-hot-spot = Hot spot
equipment-plant = Plant
equipment-on-bus = On the bus
equipment-failed = Failed
equipment-fuel = Diesel left
genset-about = { $rating } MW, number { $number } of { $all } at B{ $building }
    .also = generator diesel
found-scenario = scenario
    .also = scenario run
found-job = job that runs
    .also = job
found-bookmark = bookmark
    .also = bookmark
kind-building = building
kind-hall = hall
kind-row = row
kind-rack = rack
kind-tray = tray
kind-chip = chip
# Where nothing is found.
search-not-here = { $place } is not on this site.
search-none-now = { $what }: none now.
search-nothing = Nothing is called that. You can search for a place (B03/H2/R12/K07), hottest rack, dark racks, busiest feed, genset 14, substation 2, main transformer, a job, a scenario, colours (inlet) or a window (money).

## Tours. What a tour says is in its own file.

tour-back = the step before: left arrow
tour-pause = stop and go on: space
tour-next = the next step: right arrow
tour-leave = Leave
tour-step = step { $number }
tour-problem = The tour cannot start

## What goes wrong with the program as a whole.

# What the graphics device says stands behind it.
no-device = rainier-view found nothing to draw with. Install or update the driver of the graphics card; on Linux, mesa-vulkan-drivers draws without a card. `rainier run` and `rainier-view --measure` need none.
drawing-stopped = Drawing has stopped: { $kind }. { $problem }
    .hint = Start rainier-view again; a newer graphics driver or a smaller --size may help.
drawing-stopped-title = rainier: drawing has stopped, start it again

## Layers and windows: what is written on their buttons, and what they are. Buttons are short.

part-slice = Air slice
    .about = air temperature of the selected hall or building on a plane
part-airflow = Airflow
    .about = the way of the air through the selected hall or building
part-chart = Chart
    .about = psychrometric chart
part-cooling = Cooling
    .about = air, water and heat of the selected hall or building
part-one-line = One-line
    .about = one-line diagram of the power path
part-jobs = Jobs
    .about = jobs: who runs, how well, and what it waits for
part-timeline = Timeline
    .about = the campus as it was built and is planned, by date
part-growth = Growth
    .about = what can run by when, and what binds
part-money = Money
    .about = the bill, and carbon
part-editor = Editor
    .about = write, change and try scenarios; act on the one that runs
part-compare = Compare
    .about = another scenario beside this one, step by step
part-trends = Trends
    .about = the course of readings over time, as a table too
part-alarms = Alarms
    .about = what has gone wrong, where, and why
part-assumptions = Assumptions
    .about = every assumed figure with its source
part-keys-about = all keys
# What a layer or a window is, and its key.
part-hint = { $about }; key { $letter }

## The bars: readings on top, time and choices below.

bar-colours = colours of racks and units: digits, some with Shift
    .name = Colours
bar-scenario = Scenario
bar-facility = Facility
bar-dark = Dark
bar-unserved = Unserved
bar-batteries = Batteries
bar-outside = Outside
bar-energy = Energy
bar-more-open = More ({ $open } open)
bar-more = More
    .hint = other layers and windows
bar-pause = stop and go on: space
bar-speed = Simulated time per real time
# What the simulation comes to where it cannot keep up with the speed that is asked for.
bar-rate = reaches { $rate }×
bar-tick = tick { $seconds } s
bar-roofs = Roofs
    .hint = key R
bar-theme = light or dark panels
bar-frames = { $frames } frames/s
theme-dark = Dark
theme-light = Light

## Trends (K). Readings with their courses, in groups.

group-power = Power
group-efficiency = Efficiency
group-air = Air and chips
group-service = Service
group-use = Use and cost
series-it = IT power
series-facility = Facility power
series-grid = From the grid
series-cooling = Cooling power
series-wet-bulb = Outside wet bulb
series-inlet = Hottest inlet
series-water-rate = Water drawn
series-price = Energy price
series-intensity = CO₂ of the grid
trends-window = Trends
trends-unwritable = the table cannot be written: { $error }
trends-nothing = there is nothing to save
trends-none = None
    .hint = take all of them away
trends-readings = Readings
    .hint = choose what is shown
trends-all-hint = all since the start
trends-range-hint = so long up to now
trends-save = Save CSV
    .hint = what is shown as a table: local time, seconds since the start, and a column for each reading
trends-table = Table
trends-close = close
trends-events-of = Events { $side }
trends-events = Events
trends-more = and { $count } more; key I lists alarms
trends-empty = Choose readings to see their course. A click on one in the top bar brings it here too.
kpi-none = No values yet
kpi-last = { $title }, last { $time }
kpi-at = at { $time }
kpi-least = Least
kpi-mean = Mean
kpi-most = Most
kpi-click = Click for its trend

## Two scenarios beside each other (B).

compare-window = Compare
compare-show = Show
compare-side = all panels and colours are of this one; key X changes
compare-less = colour racks by what B has more or less; key D
compare-end = End
    .hint = go on with the one in front
compare-another = another B…
compare-file = (file)
compare-inputs =
    { $count ->
        [0] The inputs are the same
        [one] One input differs
       *[other] { $count } inputs differ
    }
compare-invite = Run another scenario beside this one. Both start anew and step together; racks, panels and charts show A, B, or what B has more or less.
compare-choose = choose…
compare-fork-invite = Or go on from now in two ways: A as it is, B with whatever is done from here on.
compare-fork = From now, what if
    .hint = B begins in the state that A has now; orders go to the one in front
# Behind the name of a case that began in the state of the other.
compare-forked = from { $time } on
compare-at = at { $time } since the start

## Alarms (I).

alarms-window = Alarms
alarms-none = No alarms
    .hint = nothing is wrong now
# How many, by severity in the words of the model.
alarms-active = active alarms: { $what }
alarms-active-key = { $what }; key I
alarm-stop = job { $job } was stopped by { $cause }
alarm-and-more = { $what }, and { $more } more
alarm-places = { $first } and { $more } more
alarm-so-far = { $time } so far
alarm-chips =
    { $count ->
        [one] { $chips } chip
       *[other] { $chips } chips
    }
alarm-chips-at-most =
    { $count ->
        [one] at most { $chips } chip
       *[other] at most { $chips } chips
    }
alarm-stop-lost =
    { $count ->
        [one] { $chips } chip, { $time } of work lost
       *[other] { $chips } chips, { $time } of work lost
    }
alarm-unserved = { $what } unserved
alarm-racks =
    { $count ->
        [one] { $racks } rack
       *[other] { $racks } racks
    }
alarm-racks-dark =
    { $count ->
        [one] { $racks } rack dark
       *[other] { $racks } racks dark
    }
alarm-chips-limited =
    { $count ->
        [one] { $chips } chip throttled or tripped
       *[other] { $chips } chips throttled or tripped
    }
alarm-go = click to go there, and see why
alarm-of-its-own = A failure of its own: nothing else led to it.
alarm-why = Why, from the first cause on
alarm-first-cause = A first cause: nothing else led to it
# Before what a cause led to.
alarm-so = so
alarm-go-there = go there
alarm-more-kinds =
    { $more ->
        [one] { $more } other kind
       *[other] { $more } other kinds
    }
# How many of each kind: 3 transfers, 2 genset starts ordered.
alarm-led-to = It led to { $count } more: { $what }
alarm-led-to-unserved = It led to { $count } more: { $what }; { $energy } unserved in all
alarms-never = Nothing is wrong, and nothing has been since the start.
alarms-not-now = Nothing is wrong now.
alarms-about = Told here: racks on battery or dark, breakers that open, gensets, cooling units and water that are lost, chips that throttle or trip, jobs that stop, and rules of the scenario that are met.
alarms-now-none = Nothing is wrong now
alarms-all = All { $count }
alarms-standing = Active
    .hint = only what is wrong now
alarms-let-go =
    { $count ->
        [one] { $alarms } older or milder one was let go
       *[other] { $alarms } older or milder ones were let go
    }
alarms-now = Now: { $what }
alarm-note = go there, and see why

## Pictures and tables that are saved.

picture = Picture
    .hint = save a picture of what is seen; key F2, with Shift without panels
picture-format = a window of the format { $format } cannot be saved
picture-unwritable = the picture cannot be written: { $error }
saved = { $what } saved
saved-path = Where it is
saved-downloaded = { $what } downloaded: { $name }
saved-too-many = { $folder } holds too many files called { $name }

## Colours of racks and units: their titles, and their legends. What they are about comes from the model.

key-shift = Shift { $digit }
place-not-here = { $place } is not on this site
overlay-temperature = Chip temperature
overlay-inlet = Rack inlet air
overlay-outlet = Rack outlet air
overlay-power = Chip power
overlay-headroom = Spare power on the way
    .unit = % of rating
overlay-feed = Feed and redundancy
overlay-utilisation = Chip utilisation
overlay-job = Jobs
overlay-failures = Failures
overlay-units = Cooling mode
overlay-airflow = Air through racks
overlay-hot-share = Hot-aisle air at inlets
overlay-water = Water for cooling
    .unit = L/kWh of IT
overlay-carbon = CO₂ of racks
overlay-phase = Building phase
colours-heat = Heat
colours-power = Power
colours-work = Work
colours-cooling = Cooling
colours-plan = Plan
legend-no-difference = { $title } cannot be taken from each other: choose another overlay.
legend-least = Least: { $share } % at { $name }, { $spare } MVA to spare.
legend-connection = Connection: { $share } %, { $spare } MVA.
legend-water = Site: { $intensity } L/kWh, { $rate } L/s
legend-carbon = Grid: { $intensity } g/kWh. Site: { $rate } t/h
legend-modes = units; racks show what most units of their hall do
# What feeds racks.
feed-whole = all sides
feed-detour = all sides, one by a detour
feed-first-side = first side alone
feed-second-side = second side alone
feed-side = side { $name } alone
feed-fewer = fewer sides than built
feed-part-gensets = grid and gensets
feed-gensets = gensets alone
feed-battery = batteries
feed-dark = nothing: dark
legend-feeds = racks, by what feeds them now
# What is wrong, said beside a building's name.
trouble-none = nothing
trouble-throttled = throttled
trouble-repair = in repair
trouble-cooling = cooling broken
trouble-gensets = gensets failed
trouble-breaker = breaker open
trouble-battery = on batteries
trouble-tripped = tripped
trouble-dark = dark
failures-none = Nothing is broken, throttled or without power.
# So many of these are wrong; the number stands before.
failures-throttled =
    { $count ->
        [one] chip throttled
       *[other] chips throttled
    }
failures-tripped =
    { $count ->
        [one] chip tripped
       *[other] chips tripped
    }
failures-repair =
    { $count ->
        [one] rack waits for repair
       *[other] racks wait for repair
    }
failures-battery =
    { $count ->
        [one] rack on its battery
       *[other] racks on batteries
    }
failures-dark =
    { $count ->
        [one] rack dark
       *[other] racks dark
    }
failures-cooling =
    { $count ->
        [one] cooling unit broken
       *[other] cooling units broken
    }
failures-gensets =
    { $count ->
        [one] genset failed
       *[other] gensets failed
    }
failures-breaker =
    { $count ->
        [one] breaker open or unit lost
       *[other] breakers open or units lost
    }
# What is wrong, and where.
failures-at = { $what }, { $place }
failures-places =
    { $count ->
        [one] { $what }, { $count } place
       *[other] { $what }, { $count } places
    }
failures-water = The water supply is cut.
# How far buildings are.
stage-first = phase 1
stage-second = phase 2
stage-later-phase = a later phase
stage-next = next
stage-later = later
stage-names = B{ $first } to B{ $last }
stage-runs = run, phase { $phase }: { $names }
stage-day = { $stage }, { $date }
stage-on = { $stage }, { $date }: { $names }
stage-between = { $stage }, { $from } to { $to }: { $names }
stage-of = { $stage }: { $names }
stage-legend = buildings; days by the plan of growth, where it has one
legend-no-air = Select a hall or a building to see its air.
legend-slice = Air slice, °C
    .hint = height of the plane above the floor: page keys
    .height = Height of the air slice
legend-airflow = Airflow, °C
row-fed-by = Fed by
row-spare-at = { $share } % at { $name }
row-spare = Spare power

## What happens: sentences of incidents, and in `.count` how many of them there are. Places have their addresses.

the-site = the site
incident-opened = { $of } was opened
    .counted =
        { $count ->
            [one] { $count } opening
           *[other] { $count } openings
        }
incident-closed = { $of } was closed
    .counted =
        { $count ->
            [one] { $count } closing
           *[other] { $count } closings
        }
incident-broke = { $count } of { $of } broke
    .counted =
        { $count ->
            [one] { $count } failure
           *[other] { $count } failures
        }
incident-repaired = { $of } was repaired
    .counted =
        { $count ->
            [one] { $count } repair
           *[other] { $count } repairs
        }
incident-transferred = { $of } went over to { $to }
    .counted =
        { $count ->
            [one] { $count } transfer to another source
           *[other] { $count } transfers to another source
        }
incident-tripped = { $of } tripped at { $percent } % of its rating
    .counted =
        { $count ->
            [one] { $count } relay trip
           *[other] { $count } relay trips
        }
incident-ordered = { $of } ordered to start
    .counted =
        { $count ->
            [one] { $count } genset plant ordered to start
           *[other] { $count } genset plants ordered to start
        }
incident-ready = { $of } carry voltage, { $count } on the bus
    .counted =
        { $count ->
            [one] { $count } genset plant ready
           *[other] { $count } genset plants ready
        }
incident-no-start = { $of } number { $number } did not start
    .counted =
        { $count ->
            [one] { $count } genset that did not start
           *[other] { $count } gensets that did not start
        }
incident-stopped = { $of } number { $number } stopped
    .counted =
        { $count ->
            [one] { $count } genset that stopped
           *[other] { $count } gensets that stopped
        }
incident-out-of-fuel = { $of } ran out of fuel
    .counted =
        { $count ->
            [one] { $count } genset plant out of fuel
           *[other] { $count } genset plants out of fuel
        }
incident-shed = { $of } was taken off: the gensets cannot carry it
    .counted =
        { $count ->
            [one] { $count } block shed
           *[other] { $count } blocks shed
        }
incident-refused =
    { $units ->
        [0] { $of } can carry no more:
        [one] { $of } can carry no more with { $units } unit out:
       *[other] { $of } can carry no more with { $units } units out:
    } { $count ->
        [one] { $count } block stays off
       *[other] { $count } blocks stay off
    }
    .counted =
        { $count ->
            [one] { $count } genset plant at its limit
           *[other] { $count } genset plants at their limit
        }
incident-on-battery =
    { $racks ->
        [one] 1 rack behind { $of } on battery
       *[other] { $racks } racks behind { $of } on battery
    }
    .counted =
        { $count ->
            [one] { $count } group of racks on battery
           *[other] { $count } groups of racks on battery
        }
incident-dark =
    { $racks ->
        [one] 1 rack behind { $of } went dark
       *[other] { $racks } racks behind { $of } went dark
    }
    .counted =
        { $count ->
            [one] { $count } group of racks gone dark
           *[other] { $count } groups of racks gone dark
        }
incident-restored =
    { $racks ->
        [one] 1 rack behind { $of } with power again
       *[other] { $racks } racks behind { $of } with power again
    }
    .counted =
        { $count ->
            [one] { $count } group of racks restored
           *[other] { $count } groups of racks restored
        }
incident-collapse = voltage collapsed at { $of }
    .counted =
        { $count ->
            [one] { $count } voltage collapse
           *[other] { $count } voltage collapses
        }
incident-units-lost =
    { $count ->
        [one] { $count } air-handling unit of { $of } out of service
       *[other] { $count } air-handling units of { $of } out of service
    }
    .counted =
        { $count ->
            [one] { $count } loss of air-handling units
           *[other] { $count } losses of air-handling units
        }
incident-units-back = air-handling units of { $of } back in service
    .counted =
        { $count ->
            [one] { $count } return of air-handling units
           *[other] { $count } returns of air-handling units
        }
incident-cdus-lost =
    { $count ->
        [one] { $count } coolant distribution unit of { $of } out of service
       *[other] { $count } coolant distribution units of { $of } out of service
    }
    .counted =
        { $count ->
            [one] { $count } loss of CDUs
           *[other] { $count } losses of CDUs
        }
incident-cdus-back = coolant distribution units of { $of } back in service
    .counted =
        { $count ->
            [one] { $count } return of CDUs
           *[other] { $count } returns of CDUs
        }
incident-plant-dark = fans and pumps of { $of } without power
    .counted =
        { $count ->
            [one] { $count } hall without fans and pumps
           *[other] { $count } halls without fans and pumps
        }
incident-plant-back = fans and pumps of { $of } with power again
    .counted =
        { $count ->
            [one] { $count } hall with fans and pumps again
           *[other] { $count } halls with fans and pumps again
        }
incident-water-cut = water supply of { $of } cut
    .counted =
        { $count ->
            [one] { $count } loss of water
           *[other] { $count } losses of water
        }
incident-water-back = water supply of { $of } back
    .counted =
        { $count ->
            [one] { $count } return of water
           *[other] { $count } returns of water
        }
incident-energised = { $of } energised
    .counted =
        { $count ->
            [one] { $count } hall energised
           *[other] { $count } halls energised
        }
incident-deenergised = { $of } taken out of service
    .counted =
        { $count ->
            [one] { $count } hall taken out of service
           *[other] { $count } halls taken out of service
        }
incident-throttling = chips of { $of } throttle, first in { $rack } (outside { $outside } °C)
    .counted =
        { $count ->
            [one] { $count } hall that throttles
           *[other] { $count } halls that throttle
        }
incident-chips-tripped = chips of { $of } trip, first in { $rack }
    .counted =
        { $count ->
            [one] { $count } hall with tripped chips
           *[other] { $count } halls with tripped chips
        }
incident-shut-down = all chips of { $of } are off
    .counted =
        { $count ->
            [one] { $count } hall shut down
           *[other] { $count } halls shut down
        }
incident-cooled = no chip of { $of } throttles any more
    .counted =
        { $count ->
            [one] { $count } hall cool again
           *[other] { $count } halls cool again
        }
# A reading of a rule, by its name in files.
incident-rule-met =
    { $side ->
        [above] rule { $rule } is met: { $name } of { $scope } is { $value }, above { $limit }
       *[below] rule { $rule } is met: { $name } of { $scope } is { $value }, below { $limit }
    }
    .counted =
        { $count ->
            [one] { $count } rule met
           *[other] { $count } rules met
        }
incident-rule-over = rule { $rule } is over: { $name } of { $scope } is { $value }
# Its name in files.
incident-set-point = set point { $what } of { $of } moved to { $value }
    .counted =
        { $count ->
            [one] { $count } set point moved
           *[other] { $count } set points moved
        }
incident-set-point-planned = set point { $what } of { $of } moved to that of the plan
incident-energy-price = energy costs { $price } $/MWh
    .counted =
        { $count ->
            [one] { $count } change of the energy price
           *[other] { $count } changes of the energy price
        }
incident-energy-tariff = energy costs what the tariff says again
incident-job-asked =
    { $chips ->
        [one] a job of { $chips } chip was asked for
       *[other] a job of { $chips } chips was asked for
    }
    .counted =
        { $count ->
            [one] { $count } job asked for
           *[other] { $count } jobs asked for
        }
severity-critical = critical
severity-warning = warning
severity-notice = notice

## What cooling units do.

mode-off = off
mode-mixing = mixing
mode-free = free
mode-evaporative = evaporative
mode-failed = failed
mode-maintenance = in maintenance

## Kinds of jobs.

job-training = training
job-serving = serving
job-batch = batch

## What binds the growth of the site.

limit-buildings = buildings
limit-power = power
limit-racks = racks
limit-staff = staff
limit-money = money
