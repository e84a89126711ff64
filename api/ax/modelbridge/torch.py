"""The names of `ax.modelbridge.torch`; nothing of PyTorch is behind them."""

from armwright.generation.gaussian_process_bridge import GaussianProcessBridge as TorchModelBridge

__all__ = ["TorchModelBridge"]
