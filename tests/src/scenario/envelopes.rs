//! Small Lambda event files, one per envelope.
