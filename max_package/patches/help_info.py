"""help/nn.info.maxhelp"""

from __future__ import annotations

from .patcher import Patcher
from .pieces import LEFT, column, page, section, tabs

OUTLETS = ("path", "methods", "attributes", "parameters", "dictionary", "models")


def basic() -> Patcher:
    p = page("basic", "nn.info", "tells what is in a model file, without playing it")
    info = p.obj("nn.info effects", LEFT, 330, 560)
    for x, texts in (
        (30, ["set features", "set demo_attributes", "set effects"]),
        (220, ["path", "methods", "attributes"]),
        (380, ["parameters saturate", "parameters fractal", "dump_dict"]),
        (590, ["bang", "dump"]),
    ):
        for i, text in enumerate(texts):
            box = p.msg(text, x + 26, 110 + 30 * i)
            p.cable(box, info, (x + 35.5, 134 + 30 * i), (x + 14, 136 + 30 * i), (x + 14, 280), (39.5, 316))
    for x, text in (
        (56, "1. another file"),
        (246, "2. a question"),
        (406, "or one with a name"),
        (616, "or all at once"),
    ):
        p.note(text, x - 4, 80, bold=True)
    p.note("dump and bang also ask the internet for the models that can be downloaded.", 612, 180, 170)
    step = (560 - 19) / 5
    for i, name in enumerate(OUTLETS):
        x = LEFT + i * step
        out = p.obj(f"print {name}", x, 380)
        p.cable((info, i), out)
    section(p, "The object", 430)
    p.note(
        "nn.info [model] [@dict name]. Outlets from left to right: the path; a message method name for each method; a "
        "message attribute name for each attribute; parameters; a dictionary with all of it; a dictionary of the "
        "models that can be downloaded. A file is read in the background; what comes after set waits for it.",
        24, 460, 750,
    )  # fmt: skip
    return p


def dictionaries() -> Patcher:
    p = page("dictionary", "dictionaries", "all about a model in one thing that other objects understand")
    info = p.obj("nn.info effects @dict nn_help_info", LEFT, 210, 560)
    column(p, info, ["dump_dict", "set features", "dict nn_help_other", "dict nn_help_info"], 300, 80, step=28,
           notes=["send it", "another file fills it anew", "into a dictionary of another name", "and "
                       "back"])  # fmt: skip
    made = p.obj("dict nn_help_info", 440, 260)
    p.cable((info, 4), made)
    view = p.obj("dict.view", 440, 300)
    p.cable(made, view)
    section(p, "What is in it", 350)
    p.note(
        "methods: for each its channels_in, channels_out, ratio_in and ratio_out, where a ratio of 2048 means one "
        "value in 2048 samples. attributes: for each its attribute_type, a list of bool, int, float, string, tensor or "
        "buffer, one word for each element. dict.unpack, dict.iter and the like take it apart; parameters name tells "
        "the same as messages, one method or attribute at a time.",
        24, 380, 750,
    )  # fmt: skip
    return p


def internet() -> Patcher:
    p = page("models", "models from the internet", "what others have trained, into the folder models of the package")
    info = p.obj("nn.info", LEFT, 250, 560)
    column(
        p, info, ["get_available_models", "download ircam/rave/isis", "download ircam/rave/isis voice", "remove "
                    "isis", "delete "
                    "voice"],
        250, 80, step=28, notes=["a dictionary: source, type, name", "source/type/name, as the list has it",
                                 "under a name of your own", "deletes the file", "the same"],
    )  # fmt: skip
    for i, text in ((0, "print path"), (5, "print available")):
        p.cable((info, i), p.obj(text, LEFT + i * (560 - 19) / 5, 310))
    section(p, "Where they go", 360)
    p.note(
        "A model is complete before it appears; what breaks off goes on where it stopped when asked for again. nn~, "
        "mc.nn~ and mcs.nn~ know the messages print_available_models, download, remove and delete too. Many models are "
        "under licences that forbid commercial use: see where they come from.",
        24, 390, 750,
    )  # fmt: skip
    return p


def patch() -> Patcher:
    return tabs("nn.info", [basic(), dictionaries(), internet()])
