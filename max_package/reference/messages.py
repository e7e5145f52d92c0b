"""Arguments, and the messages of nn~, mc.nn~ and mcs.nn~."""

from __future__ import annotations

from .model import Argument, Message

MODEL = Argument(
    "model",
    "symbol",
    "The model's file",
    "`.ts` may be left out. Looked for in the folder models of the "
    "package, then on the search path; absolute paths work too. The word void starts without a model.",
)
METHOD = Argument("method", "symbol", "What the model shall do", "`forward` when left out.")
BLOCK = Argument(
    "block",
    "int",
    "Samples computed at once",
    "What the model wants when left out. Rounded up to a power of two, "
    "never below the model's largest ratio. 0: the smallest block, computed inside Max's audio, without a thread.",
)
CARD = Argument("card", "symbol", "source/type/name, as the list has it", optional=False)
NAME = Argument("name", "symbol", "A name of the patch's own", "The last part of the card when left out.")
FILE = Argument("name", "symbol", "A model in the folder models of the package", optional=False)
DOWNLOADS = (
    Message(
        "download",
        "Fetch a model from the internet",
        (CARD, NAME),
        "Into the folder models of the package, in the "
        "background. The file appears when it is complete; downloaded path comes from the dump outlet.",
    ),
    Message("delete", "Delete a model from the package", (FILE,), "The file in the folder models. The same as remove."),
    Message("remove", "Delete a model from the package", (FILE,), "The file in the folder models. The same as delete."),
)

COUNTS = (
    Argument(
        "inlets",
        "int",
        "Number of inlets",
        "As many as the method has inputs when left out. More are ignored, fewer leave inputs silent.",
    ),
    Argument("outlets", "int", "Number of outlets", "As many as the method has outputs when left out."),
)

PLAYING = (
    Message(
        "load",
        "Another model",
        (Argument("name", "symbol", "The model's file", optional=False), METHOD),
        "It is read in the background; the old one plays until the new one is warm, then they crossfade. Without a "
        "method the current one is kept, or forward plays. Inlets and outlets stay: what the model has more is silent "
        "or unheard.",
    ),
    Message("reload", "The file as it is on disk now"),
    Message("reset", "Memory and attributes as in the file"),
    Message(
        "method",
        "Another method of the model",
        (Argument("name", "symbol", "The method", optional=False),),
        "Before there is a model: the method of the model to come.",
    ),
    Message(
        "set",
        "An attribute of the model",
        (
            Argument("attribute", "symbol", "Its name", optional=False),
            Argument("values", "list", "One for each of its elements", optional=False),
        ),
        "Applied between two blocks. bool: 0, 1, true, false. Numbers and words as they are. buffer: the name of a "
        "buffer~, or several, which are its channels. tensor: the name of an array (Max 8.6), or a number.",
    ),
    Message(
        "get",
        "The value of an attribute of the model",
        (Argument("attribute", "symbol", "Its name", optional=False),),
        "On the console, and as get attribute v1 v2 … from the dump outlet.",
    ),
    Message(
        "get_methods",
        "What the model can do",
        (),
        "On the console, one a line, and as methods m1 m2 … from the dump outlet.",
    ),
    Message(
        "get_attributes",
        "The attributes of the model",
        (),
        "On the console, one a line, and as attributes a1 a2 … from the dump outlet.",
    ),
    Message(
        "get_latency",
        "How late the sound is",
        (),
        "On the console, and as latency samples milliseconds from the dump outlet; the model's own delay is included.",
    ),
    Message(
        "stats",
        "Blocks, late blocks, load",
        (),
        "On the console, and as stats name number from the dump outlet: blocks, misses, dropped, errors, waits, "
        "load_mean and load_peak. A load of 1 is all the time there is; loads are since the last stats.",
    ),
    Message(
        "dump",
        "All about the model on the console",
        (),
        "From the dump outlet: as bang, then method_params and attribute_type for "
        "each of them, accelerate and precision.",
    ),
    Message(
        "bang",
        "All about the object from the dump outlet",
        (),
        "loaded, enabled, gpu, model, methods, method, attributes, bufsize, dim (inputs, outputs) and ratio, in this "
        "order.",
    ),
    Message(
        "bufsize",
        "Another block",
        (Argument("block", "int", "Samples computed at once", optional=False),),
        "As the argument block. Attributes of the model stay as they were set.",
    ),
    Message(
        "print_available_models",
        "The models on the internet",
        (),
        "On the console, one a line, as download wants them.",
    ),
    *DOWNLOADS,
)
