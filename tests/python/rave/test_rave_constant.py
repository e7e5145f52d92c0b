"""What is derived of weights is computed once while they are constant, and is never that of other weights."""

import pytest
import torch

from nn_tilde.nn.conv import constant
from nn_tilde.nn.discriminators import toom_cook
from nn_tilde.nn.discriminators.wave import ConvNet


def test_weights_are_derived_once_while_constant(monkeypatch):
    net, x = ConvNet(1, 4, (15,)), torch.randn(1, 1, 200, requires_grad=True)
    plain = net(x)[-1]
    prepare, made = toom_cook.prepare, []
    monkeypatch.setattr(toom_cook, "prepare", lambda weight: made.append(1) or prepare(weight))
    net.net[4].weight_g.requires_grad_(False)
    with constant(net):
        with torch.no_grad():
            assert torch.equal(net(x)[-1], plain)
        within = net(x)[-1]
    assert len(made) == 3
    with constant(net), torch.no_grad():
        assert torch.equal(net(x)[-1], plain)
    assert len(made) == 3  # the weights are still the same
    assert torch.equal(within, plain)
    within.sum().backward()
    assert x.grad.abs().max() > 0
    assert all(p.grad is None for p in net.parameters())
    assert [name for name, p in net.named_parameters() if not p.requires_grad] == ["net.4.weight_g"]


@pytest.mark.parametrize("change", ["half", "load", "assign", "copy"])
def test_what_is_kept_of_constant_weights_ends_with_them(change):
    net, x = ConvNet(1, 4, (15,)).eval(), torch.randn(1, 1, 200)
    net.fast = True
    with constant(net), torch.no_grad():
        before = net(x)[-1]
    other = ConvNet(1, 4, (15,))
    if change == "half":
        net.half().float()
    elif change == "copy":
        with torch.no_grad():
            for p, q in zip(net.parameters(), other.parameters(), strict=True):
                p.copy_(q)
    else:
        net.load_state_dict(other.state_dict(), assign=change == "assign")
    with torch.no_grad():
        plain = net(x)[-1]
        with constant(net):
            assert torch.equal(net(x)[-1], plain)
    assert not torch.equal(plain, before)


@pytest.mark.parametrize("change", ["data", "fused", "half", "load"])
def test_weights_are_never_those_of_before(change):
    """Whatever changed them, also behind autograd's back."""
    net, x = ConvNet(1, 4, (15,)).eval(), torch.randn(1, 1, 200)
    with constant(net), torch.no_grad():
        before = net(x)[-1]
    if change == "data":
        net.net[2].weight_g.data.mul_(2)
    elif change == "half":
        net.half().float()
    elif change == "load":
        net.load_state_dict(ConvNet(1, 4, (15,)).state_dict())
    else:
        optimizer = torch.optim.Adam(net.parameters(), 0.1, fused=True)
        net(x)[-1].sum().backward()
        optimizer.step()
    net.fast = True
    with torch.no_grad():
        fast = net(x)[-1]
    net.fast = False
    assert not torch.equal(fast, before)
    torch.testing.assert_close(fast, net(x)[-1])
