"""What models that make something of random numbers have in common."""

from .module import Module


class Seeded(Module):
    """Setters of the attributes temperature, seed (0 and more, both) and reset, of which the last two begin anew.

    The model has a buffer `position`, int64 [1], of how far it is; 0: at the beginning.
    """

    def set_temperature(self, temperature: float) -> int:
        if not 0 <= temperature < float("inf"):
            return -1
        self.temperature = (temperature,)
        return 0

    def set_seed(self, seed: int) -> int:
        if seed < 0:
            return -1
        self.seed = (seed,)
        self.position.zero_()
        return 0

    def set_reset(self, reset: bool) -> int:
        """False again at once."""
        if reset:
            self.position.zero_()
        return 0
