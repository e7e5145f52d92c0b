"""nn.info: what a model offers, as messages."""

import pytest
from hub_server import CARD, MODEL, Answer, HubServer, listing
from patch import Patch


def ask(pd, folder, paths, *messages, arguments="", ms=None, **options):
    patch = Patch()
    info = patch.obj(f"nn.info {arguments}".strip())
    for outlet in range(6):
        patch.connect(info, outlet, patch.obj(f"print out{outlet}"), 0)
    for i, message in enumerate(messages):
        patch.at(20 + 10 * i, message, info)
    return patch.run(pd, folder, ms=ms or 100 + 10 * len(messages), paths=paths, dsp=False, **options)


def test_path_methods_attributes_and_their_parameters(pd, models, folder):
    ran = ask(pd, folder, (models,), "path", "set gain", "path", "methods", "attributes", "parameters encode",
              "parameters pair", "dump_dict")  # fmt: skip
    assert ran.errors == []
    assert ran.printed("out0") == ["symbol none", f"symbol {models}/gain.ts"]
    assert ran.printed("out1") == [f"method {m}" for m in ("forward", "running", "stereo", "encode", "rate")]
    assert ran.printed("out2") == [f"attribute {a}" for a in ("gain", "pair", "table", "sound")]
    assert ran.printed("out3") == [
        "encode channels_in 1", "encode channels_out 3", "encode ratio_in 1", "encode ratio_out 256",
        "pair attribute_type int string",
    ]  # fmt: skip
    entries = ran.printed("out4")
    assert (entries[0], entries[-1]) == ("dictionary begin", "dictionary end")
    assert "methods stereo channels_in 2" in entries
    assert "methods encode ratio_out 256" in entries
    assert "attributes sound attribute_type buffer" in entries
    assert "attributes table attribute_type tensor" in entries


@pytest.mark.parametrize("message", ["dump", "bang"])
def test_dump_tells_everything_in_the_order_of_max(one_pd, models, folder, hub, message):
    ran = ask(one_pd, folder, (models,), message, arguments="gain", ms=1500, batch=False, environment=hub.variables)
    assert ran.errors == []
    told = [line for line in ran.console.splitlines() if line.startswith("out")]
    first = {
        outlet: told.index(next(line for line in told if line.startswith(f"out{outlet}"))) for outlet in range(1, 6)
    }
    assert list(first) == sorted(first, key=first.get)
    parameters = ran.printed("out3")
    assert parameters[0] == "gain attribute_type float"
    assert len(parameters) == 4 + 5 * 4
    assert ran.printed("out5") == ["dictionary begin", "model ircam rave isis", "dictionary end"]


@pytest.fixture
def hub():
    server = HubServer()
    server.answers["available_models"] = listing({"ircam": {"rave": {"isis": {"ratio": 2048}}}})
    server.answers[CARD] = Answer(MODEL)
    server.variables = {"NN_HUB_ROOT": server.root, "NO_PROXY": "*", "no_proxy": "*"}
    yield server
    server.stop()


def test_available_models_download_and_delete(one_pd, folder, hub):
    ran = ask(
        one_pd, folder, (), "get_available_models", f"download {CARD}", ms=1500, batch=False, environment=hub.variables
    )
    assert ran.errors == []
    assert (folder / "isis.ts").read_bytes() == MODEL
    assert ran.printed("out5") == ["dictionary begin", "model ircam rave isis", "dictionary end"]
    ran = ask(one_pd, folder, (), "delete isis")
    assert ran.errors == []
    assert not (folder / "isis.ts").exists()


def test_nn_downloads_beside_the_patch_and_removes(one_pd, folder, hub):
    patch = Patch()
    nn = patch.obj("nn~")
    patch.connect(nn, 1, patch.obj("print info"), 0)
    patch.at(20, f"print_available_models, download {CARD}, download {CARD} mine", nn)
    ran = patch.run(
        one_pd,
        folder,
        ms=20000,
        batch=False,
        dsp=False,
        environment=hub.variables,
        quit_after=f"downloaded {folder}/mine.ts",
    )
    assert "\nircam/rave/isis\n" in ran.console
    assert ran.printed("info") == [
        "available ircam/rave/isis",
        f"downloaded {folder}/isis.ts",
        f"downloaded {folder}/mine.ts",
    ]
    patch = Patch()
    nn = patch.obj("nn~")
    patch.connect(nn, 1, patch.obj("print info"), 0)
    patch.at(20, "remove isis, delete mine.ts, remove isis", nn)
    ran = patch.run(one_pd, folder, ms=100, dsp=False)
    assert ran.printed("info") == [f"removed {folder}/isis.ts", f"removed {folder}/mine.ts"]
    assert len(ran.errors) == 1
    assert list(folder.glob("*.ts")) == []


def test_closing_the_patch_stops_a_download(one_pd, folder, hub):
    hub.answers[CARD].stall = 1000
    patch = Patch()
    patch.lines.append(
        "#N canvas 0 0 300 200 pool 0;\n#X obj 10 10 r go;\n#X obj 10 40 nn~;\n#X connect 0 0 1 0;\n"
        "#X restore 10 10 pd pool;"
    )
    patch.at(20, f"go download {CARD}")
    patch.at(500, "pd-pool clear")
    ran = patch.run(one_pd, folder, ms=800, batch=False, environment=hub.variables, timeout=10)
    assert ran.status == 0
    assert ran.errors == []
    assert not (folder / "isis.ts").exists()


MALFORMED = ["set", "set a b", "set nowhere", "parameters", "parameters forward encode", "parameters nowhere",
             "path now", "dump all", "frob", "frob %n", "download", "download a", "delete", "delete nowhere",
             "set 5", "methods 3", "attributes x", "get_available_models 1", "dump_dict 1"]  # fmt: skip


def test_malformed_messages_are_errors_that_name_the_object(pd, models, folder):
    ran = ask(pd, folder, (models,), *MALFORMED, arguments="gain")
    assert ran.status == 0
    assert len(ran.errors) == len(MALFORMED), ran.console
    assert all(error.startswith("nn.info: ") for error in ran.errors)


def test_questions_without_a_model(one_pd, folder):
    ran = ask(one_pd, folder, (), "methods", "attributes", "parameters x", "dump_dict", "dump", "path")
    assert ran.printed("out0") == ["symbol none"]
    assert ran.errors == ["nn.info: No model has been read: send [set name(."] * 5


@pytest.mark.parametrize("question", ["methods", "attributes", "parameters demo", "dump_dict", "dump"])
def test_a_patch_may_answer_with_another_model(pd, demos, models, folder, question):
    """The first model went while it was being told."""
    patch = Patch()
    info = patch.obj("nn.info demo_attributes")
    again = patch.msg("set effects")
    for outlet in range(1, 5):
        patch.connect(info, outlet, again, 0)
        patch.connect(info, outlet, patch.obj(f"print out{outlet}"), 0)
    patch.connect(again, 0, info, 0)
    patch.at(20, question.replace("demo", "attr_list"), info)
    patch.at(60, "methods", info)
    ran = patch.run(pd, folder, ms=200, paths=(demos,), dsp=False)
    assert ran.status == 0
    assert ran.printed("out1")[-1] == "method fractalize"


def test_attributes_in_the_way_of_max_are_left_out(one_pd, models, folder):
    ran = ask(one_pd, folder, (models,), "path", arguments="gain @dict here")
    assert ran.errors == []
    assert ran.printed("out0") == [f"symbol {models}/gain.ts"]


def test_questions_wait_for_the_model_that_is_being_read(one_pd, models, folder):
    patch = Patch()
    info = patch.obj("nn.info")
    patch.connect(info, 1, patch.obj("print out1"), 0)
    patch.at(20, "set gain, methods", info)
    ran = patch.run(one_pd, folder, ms=20000, paths=(models,), batch=False, quit_after="method rate")
    assert ran.errors == []
    assert len(ran.printed("out1")) == 5
