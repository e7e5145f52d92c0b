"""MSPrior: priors over the latents of a RAVE, from a folder of sounds to an instrument."""
