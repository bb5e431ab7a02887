//! Crashes, errors, stalls and hangs at every system call of a writer, injected with strace. `tests/all faults` installs
//! strace and runs these tests.

mod another;
mod counts;
mod crash;
mod errors;
mod foreign;
mod hangs;
mod scene;
mod seen;
mod stalled;
mod stopped;
mod strace;
mod tried;
mod undisturbed;
