//! Scores findings against the truth of a world.
