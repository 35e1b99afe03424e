//! Layers that mean harm, and those that are only unusual.
