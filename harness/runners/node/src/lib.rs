//! The runner for Node.js is JavaScript, in `program/`. This package has its tests.
