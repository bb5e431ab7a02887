//! The arithmetic of inference, compared with Pillow, torchvision and PyTorch.
//!
//! `MESSAGEWALL_REFERENCES` is a directory with what `tests/inference/reference_pictures.py` and `reference_ntsnet.py` have
//! written: `pictures/`, `ntsnet/`; and with the model and the photographs of `tools/pretrained_model.py`: `pretrained/`.

#![expect(clippy::print_stdout, reason = "the tests print figures")]

mod nts_net;
mod preprocessing;
mod pretrained;
mod references;
