"""Variational auto-encoders of spectra: a reader of frames, a latent space, an instrument."""
