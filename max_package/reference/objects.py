"""nn~, mc.nn~, mcs.nn~ and nn.info: every argument, message and attribute. Compared with the externals by a test."""

from __future__ import annotations

from .attributes import CHANS, OWN
from .messages import BLOCK, COUNTS, DOWNLOADS, METHOD, MODEL, PLAYING
from .model import Argument, Attribute, Message, Object, Port

DUMP = Port("message", "With @dumpout 1: what the object has to tell")
NN = Object(
    "nn~",
    "Play a neural audio model",
    "Runs a TorchScript file (.ts) on live audio, with an inlet for each signal that the method takes and an outlet "
    "for each that it makes. The model computes on a thread of its own, a block at a time. Written nn~ void inlets "
    "[outlets=1] [block], the object starts without a model.",
    (Port("signal", "First input of the model, and all messages"), Port("signal", "Further inputs")),
    (Port("signal", "Outputs of the model"), DUMP),
    (MODEL, METHOD, BLOCK, *COUNTS),
    PLAYING,
    OWN,
    see_also=("mc.nn~", "mcs.nn~", "nn.info"),
)
MC = Object(
    "mc.nn~",
    "Play many voices through a neural audio model",
    "As nn~, with multichannel cables: channel j of every inlet and outlet is voice j, and all voices are computed in "
    "one go. There are as many voices as the inlet with the most channels has.",
    (
        Port("multichannelsignal", "First input of the model, a channel for each voice, and all messages"),
        Port("multichannelsignal", "Further inputs"),
    ),
    (Port("multichannelsignal", "Outputs of the model, a channel for each voice"), DUMP),
    (MODEL, METHOD, BLOCK, *COUNTS),
    PLAYING,
    (*OWN, CHANS),
    see_also=("nn~", "mcs.nn~", "nn.info"),
)
MCS = Object(
    "mcs.nn~",
    "Play a neural audio model with all its signals in one cable",
    "As nn~, with an inlet and an outlet for each voice: channel c of an inlet is input c of the model, channel c of "
    "an outlet its output c. Written mcs.nn~ void [voices] [block], the object starts without a model.",
    (
        Port("multichannelsignal", "All inputs of the first voice, and all messages"),
        Port("multichannelsignal", "Further voices"),
    ),
    (Port("multichannelsignal", "All outputs of a voice"), DUMP),
    (MODEL, METHOD, Argument("n_batches", "int", "Number of voices", "One when left out."), BLOCK),
    PLAYING,
    (*OWN, CHANS),
    see_also=("nn~", "mc.nn~", "nn.info"),
)

INFO = Object(
    "nn.info",
    "Tell what is in a model file",
    "Reads a file in the background and tells its methods and attributes, without playing it.",
    (Port("message", "Messages"),),
    (
        Port("message", "The path, or none"),
        Port("message", "method name, for each method"),
        Port("message", "attribute name, for each attribute"),
        Port("message", "Parameters of a method or attribute"),
        Port("dictionary", "All about the model"),
        Port("dictionary", "Models that can be downloaded"),
    ),
    (Argument("model", "symbol", "The model's file", "Looked for as nn~ does."),),
    (
        Message("set", "Another file", (Argument("name", "symbol", "The model's file", optional=False),)),
        Message("path", "Where the file is", (), "From the first outlet: the path, or none."),
        Message("methods", "What the model can do", (), "From the second outlet: method name, one each."),
        Message("attributes", "The attributes of the model", (), "From the third outlet: attribute name, one each."),
        Message(
            "parameters",
            "What a method or attribute is like",
            (Argument("name", "symbol", "Its name", optional=False),),
            "From the fourth outlet. A method: name channels_in x, channels_out, ratio_in, ratio_out. An attribute: "
            "name attribute_type t1 t2 …",
        ),
        Message("dump_dict", "All about the model as a dictionary", (), "From the fifth outlet."),
        Message("get_available_models", "The models on the internet", (), "A dictionary, from the sixth outlet."),
        Message("bang", "All at once", (), "From the outlets 2 to 6; the last needs the internet."),
        Message("dump", "All at once", (), "The same as bang."),
        *DOWNLOADS,
    ),
    (
        Attribute(
            "dict",
            "symbol",
            "",
            "Dictionary",
            "Name of the dictionary",
            "It is filled anew with each file. Empty: a name of its own.",
        ),
    ),
    tags=("Files", "neural", "models"),
    see_also=("nn~", "mc.nn~", "mcs.nn~", "dict"),
)

ALL = (NN, MC, MCS, INFO)
