//! Crashes, errors, stalls and hangs at every system call of a writer, injected by strace. `tests/all faults` installs
//! it, and runs these.

mod another;
mod crash;
mod errors;
mod foreign;
mod hangs;
mod scene;
mod stalled;
mod stopped;
mod strace;
mod tried;
mod undisturbed;
