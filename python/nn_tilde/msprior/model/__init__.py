"""Priors as networks: `prior.Prior` is trained, `streaming.Stepper` plays."""
