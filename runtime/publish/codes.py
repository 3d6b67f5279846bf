"""The codes under which a publication is refused or given up."""

from __future__ import annotations

from forms_dsl.diagnostics import code

REFUSED = code("M400", "The definition has errors, so nothing of it was published.")
BASE_MOVED = code(
    "M408", "Somebody else published since the change was made, or over a file that it touches.", refusal="DEF-BASE-MOVED"
)
TWO_PEOPLE = code("M420", "Publishing takes a second person, who holds the role publisher and did not make the change.")
PLAN_CHANGED = code("M421", "The plan is no longer the one that was looked at.")
GAVE_UP = code("M430", "A table stayed in use for too long, so the publication was given up and taken back.")
STEP_REFUSED = code("M431", "The database refused a step, so the publication was taken back.")
DATABASE_GONE = code("M432", "The database went away while publishing; the next start goes on.")
BUSY = code("M433", "The app is being published right now.")
IN_USE = code("M434", "The release is the one in use.")
PILOT_RUNS = code("M460", "A pilot of the app runs; it is to be ended or made live for all first.")
NOT_FOR_A_PILOT = code("M461", "A change that two releases cannot share, so it is published for the whole bank or not at all.")
NO_PILOT = code("M462", "No pilot of the app runs.")
NO_UNIT = code("M463", "There is no such unit.")
TIME_OVER = code("M464", "The time at which something was to be published is none, is over, or is more than a year away.")
ONE_SCHEDULED = code("M465", "Another publication of the app waits for its time; it is to be cancelled or done first.")
TOO_LATE = code("M466", "Nobody published at the time that was approved, and by now it is too late.")
NO_ENVIRONMENT = code("M470", "This server was not told which environment it is, so no release leaves it or comes in.")
BAD_PROMOTION = code("M471", "A file of a release from another server is damaged, was changed, or is of another version.")
UNKNOWN_KEY = code("M472", "A release of another server is signed with a key that is not known here, or the key is none.")
WRONG_SOURCE = code(
    "M473", "A release comes from a server of another kind than was entered, from this very server, or cannot be fetched."
)
ALONE_THERE = code("M474", "Whoever made a release that nobody else looked at there cannot bring it here.")
PROMOTIONS_ONLY = code("M475", "Definitions change here by promotions, or by a direct change for a reason.")
NOT_LIVE_THERE = code("M476", "The release was never live, so it is not given to another server.")
TOO_EARLY = code("M480", "What is out of use is kept for a time before it may be purged.")
STILL_NEEDED = code("M481", "A column or table that is to be purged is still needed.")
NOT_PURGED = code("M482", "The database refused a purge; nothing was dropped.")
NOT_BROUGHT_BACK = code("M483", "What was removed cannot be put back into the draft by itself.")
