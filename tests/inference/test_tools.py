"""Tests of the programs in `tools/`."""

import hashlib
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "bench"), str(ROOT / "tests" / "inference")]

import checkpoint
import export_ntsnet
import ntsnet_onnx
import reference_ntsnet
from model_directory import new_model
from onnx_graph import State
from torch_file import read_state

STATE = {
    "a.weight": np.arange(12, dtype=np.float32).reshape(3, 4),
    "a.half": np.float16([0.5, 2]),
    "a.num_batches_tracked": np.array(7, np.int64),
}


class Bomb:
    """Runs a command when a careless program unpickles it."""

    def __reduce__(self):
        return os.system, ("touch bomb",)


class Directory(unittest.TestCase):
    """Gives each test a directory."""

    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.directory = Path(held.name)


class Checkpoints(Directory):
    def assert_state(self, path):
        state = read_state(path)
        self.assertEqual(list(state), list(STATE))
        for name, values in STATE.items():
            self.assertEqual(state[name].dtype, values.dtype)
            np.testing.assert_array_equal(state[name], values, strict=True)

    def test_both_formats_give_the_same_arrays_whatever_their_strides(self):
        checkpoint.archive(self.directory / "new.pt", STATE)
        checkpoint.legacy(self.directory / "old.pt", STATE)
        self.assert_state(self.directory / "new.pt")
        self.assert_state(self.directory / "old.pt")

    def test_a_state_dictionary_is_found_beside_what_a_training_saves(self):
        path = self.directory / "training.ckpt"
        checkpoint.archive(path, STATE, lambda tree: {"epoch": 3, "accuracy": np.float64(0.9), "net_state_dict": tree})
        self.assert_state(path)

    def test_a_checkpoint_cannot_run_code(self):
        path = self.directory / "bomb.pt"
        checkpoint.archive(path, STATE, lambda tree: {**tree, "bomb": Bomb()})
        with self.assertRaisesRegex(ValueError, "system, which is no part of a state dictionary"):
            read_state(path)

    def test_a_checkpoint_cut_anywhere_is_an_error_and_no_other_exception(self):
        for write in (checkpoint.archive, checkpoint.legacy):
            path = self.directory / "cut.pt"
            write(path, STATE)
            data = path.read_bytes()
            for length in range(len(data)):
                path.write_bytes(data[:length])
                with self.assertRaises(ValueError, msg=f"{write.__name__}, {length} of {len(data)} bytes"):
                    read_state(path)

    def test_a_tensor_that_reaches_beyond_its_storage_is_refused(self):
        path = self.directory / "long.pt"
        tree, storages = checkpoint.views({"a": np.zeros(4, np.float32)})
        view = checkpoint.View(storages[0], (5,), (1,))
        checkpoint.archive(path, {"a": np.zeros(4, np.float32)}, lambda _: {"a": view})
        with self.assertRaisesRegex(ValueError, "beyond its storage"):
            read_state(path)


class States(unittest.TestCase):
    def test_a_missing_a_misshapen_and_a_foreign_tensor_are_named(self):
        state = State(STATE)
        with self.assertRaisesRegex(ValueError, "no b"):
            state.take("b")
        with self.assertRaisesRegex(ValueError, r"a\.weight has the shape \(3, 4\)"):
            state.take("a.weight", (4, 3))
        state.take("a.weight")
        with self.assertRaisesRegex(ValueError, r"a\.half"):
            state.finish()
        state.take("a.half")
        state.finish()


class Labels(Directory):
    def test_a_list_in_python_and_numbered_and_plain_lines_are_read(self):
        for name, text in (
            ("list.py", 'names = ["001.Albatross", "002.Tern"]\n'),
            ("classes.txt", "1 001.Albatross\n2 002.Tern\n"),
            ("plain.txt", "001.Albatross\n002.Tern\n\n"),
        ):
            path = self.directory / name
            path.write_text(text, encoding="utf-8")
            self.assertEqual(export_ntsnet.read_labels(path), ["001.Albatross", "002.Tern"])


class ModelDirectories(Directory):
    def test_a_model_appears_whole_and_current_is_a_relative_link(self):
        for name in ("one", "two"):
            with new_model(self.directory, name, {"kind": "classifier"}) as inside:
                (inside / "model.onnx").write_bytes(name.encode())
                self.assertFalse((self.directory / name).exists())
            self.assertEqual(os.readlink(self.directory / "current"), name)
        read = json.loads((self.directory / "current" / "model.json").read_text(encoding="utf-8"))
        self.assertEqual(read["files"], {"model.onnx": hashlib.sha256(b"two").hexdigest()})

    def test_a_failure_leaves_no_trace_and_the_old_model_current(self):
        with new_model(self.directory, "one", {"kind": "classifier"}):
            pass
        before = sorted(self.directory.iterdir())
        with self.assertRaises(RuntimeError), new_model(self.directory, "two", {"kind": "classifier"}) as inside:
            (inside / "model.onnx").write_bytes(b"half")
            raise RuntimeError
        self.assertEqual(sorted(self.directory.iterdir()), before)
        self.assertEqual(os.readlink(self.directory / "current"), "one")

    def test_a_model_is_never_replaced_and_never_leaves_the_directory(self):
        with new_model(self.directory, "one", {"kind": "classifier"}):
            pass
        for name in ("one", "current", "", ".", "..", "../out", ".hidden"):
            with self.assertRaises(ValueError, msg=name), new_model(self.directory, name, {"kind": "classifier"}):
                pass


class Networks(Directory):
    def test_the_exported_network_answers_as_pytorch_did(self):
        expected = Path(__file__).parent / "expected-ntsnet.json"
        reference_ntsnet.make(self.directory, expected)
        answer = ntsnet_onnx.load(self.directory / "models" / "current", 1, 4)
        for name, want in json.loads(expected.read_text(encoding="utf-8"))["pictures"].items():
            likely = answer(self.directory / "pictures" / name)
            self.assertEqual(likely.argmax(), want["class"], name)
            for index, value in want["top"]:
                self.assertAlmostEqual(float(likely[index]), value, delta=1e-3, msg=name)


if __name__ == "__main__":
    unittest.main()
