"""What is in a picture, as a trained model sees it."""

from convlab.prediction.predicting import predict
from convlab.prediction.result import ClassProbability, Prediction, Predictions, Unreadable

__all__ = ["ClassProbability", "Prediction", "Predictions", "Unreadable", "predict"]
