"""Audio files, datasets and augmentations."""
