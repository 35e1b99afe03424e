//! What files say of themselves: programs as the system's own compiler makes them, modules and
//! components, images in archives, and all that is none of these.

mod components;
mod cut;
mod images;
mod images_refused;
mod modules;
mod native;
mod others;
mod packed;
mod support;
