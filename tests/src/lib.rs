//! scenarios, their labels and scores, and tests across crates; never shipped.
