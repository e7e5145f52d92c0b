"""The trunk that all trainings share."""
