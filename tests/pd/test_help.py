"""Help and example patches: they open without a console error, their tabs are there, their messages are real."""

import re
import shutil
from pathlib import Path

import pytest
import torch
from patch import EXTERNALS, ROOT, Patch

import nn_tilde

HELP = ROOT / "pd_external"
PATCHES = [*sorted((HELP / "help").glob("*.pd")), *sorted((HELP / "examples").glob("*.pd"))]


@pytest.fixture(scope="module")
def package(tmp_path_factory, demos):
    """The folder a user has."""
    folder = tmp_path_factory.mktemp("package") / "nn_tilde"
    shutil.copytree(EXTERNALS, folder, ignore=shutil.ignore_patterns("models", "examples", "*.pd"))
    shutil.copytree(demos, folder / "models", ignore=shutil.ignore_patterns("*.md"))
    shutil.copytree(HELP / "examples", folder / "examples")
    for patch in (HELP / "help").glob("*.pd"):
        shutil.copy(patch, folder)
    return folder


def test_there_are_help_and_examples():
    assert [path.name for path in PATCHES] == [
        "nn.info-help.pd", "nn~-help.pd",
        "effects.pd", "latent_playground.pd", "msprior.pd", "multichannel.pd", "prior_into_decoder.pd",
    ]  # fmt: skip
    tabs = re.findall(r"#X restore \d+ \d+ pd (\S+);", (HELP / "help/nn~-help.pd").read_text())
    assert tabs == ["start", "methods", "attributes", "buffers", "multichannel", "latency", "troubleshooting", "META"]


@pytest.mark.parametrize("name", [path.name for path in PATCHES])
def test_a_patch_opens_and_plays_without_an_error(pd, package, folder, name):
    path = next(package.rglob(name))
    opener = Patch()
    opener.at(10, f"pd open {name} {path.parent}")
    opener.at(100, "pd dsp 1")
    ran = opener.run(pd, folder, ms=1500, externals=package, dsp=False)
    assert ran.status == 0
    if name == "multichannel.pd" and not pd.multichannel:
        assert len(ran.errors) == 2
        assert all("multichannel signals of Pd 0.54 or later" in error for error in ran.errors)
        return
    assert ran.errors == []
    assert "couldn't create" not in ran.console


def canvases(text: str):
    """Every canvas of a file: its elements in order, and its cords."""
    stack, done = [], []
    for line in re.findall(r"#[^;]*?(?:\\;[^;]*?)*;", text.replace("\n", " ")):
        if line.startswith("#N canvas"):
            stack.append(([], []))
        elif line.startswith("#X connect"):
            stack[-1][1].append([int(n) for n in re.findall(r"\d+", line)])
        else:
            if line.startswith("#X restore"):
                done.append(stack.pop())
            stack[-1][0].append(line)
    return done + stack


def messages_of_objects(path: Path):
    """(creation arguments, message) for each message box that leads to one of our objects, by a cord or a send."""
    for elements, cords in canvases(path.read_text()):
        receivers = {
            re.match(r"#X obj \d+ \d+ r (\S+);", elements[a])[1]: b
            for a, _, b, _ in cords
            if re.match(r"#X obj \d+ \d+ r \S+;", elements[a])
        }
        for source, _, target, inlet in cords:
            if not elements[source].startswith("#X msg") or inlet != 0:
                continue
            if send := re.match(r"#X obj \d+ \d+ s (\S+);", elements[target]):
                target = receivers.get(send[1], target)
            if ours := re.match(r"#X obj \d+ \d+ (nn(?:~|\.info)[^,;]*)", elements[target]):
                message = re.match(r"#X msg \d+ \d+ (.*);", elements[source])[1]
                yield ours[1], message.replace("\\$1", "toy" if message.startswith("load ") else "1")


MEANT_TO_FAIL = {"set attr_enum ufo", "remove isis"}
NEEDS_THE_INTERNET = {"print_available_models", "download ircam/rave/isis", "get_available_models", "bang"}


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """Folder with toy.ts, which has the methods of a RAVE file with a prior, and the attributes of MSPrior's."""
    folder = tmp_path_factory.mktemp("toy")

    class Toy(nn_tilde.Module):
        def __init__(self):
            super().__init__(44100)
            self.register_method("encode", 1, 1, 8, 2048)
            self.register_method("decode", 8, 2048, 2, 1)
            self.register_method("prior", 1, 2048, 8, 2048)
            for name, value in (("listen", True), ("temperature", 1.0), ("top_p", 1.0), ("seed", 0), ("reset", False)):
                self.register_attribute(name, value)

        @torch.jit.export
        def encode(self, x: torch.Tensor):
            return x.reshape(x.shape[0], 1, -1, 2048).mean(-1).repeat(1, 8, 1)

        @torch.jit.export
        def decode(self, z: torch.Tensor):
            return z.mean(1, keepdim=True).repeat_interleave(2048, -1).repeat(1, 2, 1)

        @torch.jit.export
        def prior(self, x: torch.Tensor):
            return x.repeat(1, 8, 1)

    Toy().export_to_ts(str(folder / "toy.ts"))
    return folder


def test_every_message_in_them_is_understood(one_pd, package, toy, folder):
    found = [pair for path in PATCHES for pair in messages_of_objects(path)]
    assert len(found) > 50
    for arguments in dict.fromkeys(arguments for arguments, _ in found):
        if "-m" in arguments or "-b" in arguments:
            continue
        patch, time = Patch(), 20
        for name in ("left", "right", "wave"):
            patch.array(f"nn-help-{name}", 500)
        target = patch.obj(arguments)
        wanted = [m for a, m in found if a == arguments]
        if arguments.startswith("nn.info") or arguments == "nn~":
            wanted = sorted((m for m in wanted if m not in NEEDS_THE_INTERNET), key=lambda m: m.startswith("set "))
        for message in wanted:
            patch.at(time, message, target)
            time += 10
        ran = patch.run(one_pd, folder, ms=time + 200, externals=package, paths=(toy,))
        expected = sum(message in MEANT_TO_FAIL for message in wanted)
        assert len(ran.errors) == expected, (arguments, wanted, ran.errors)
