"""How the networks of `systems.py` are built, by the same names: the shape of the input, and the network."""

from collections import namedtuple

import torch.nn as nn

from bhrnet import BHRNet
from bhvit import BHViT
from binarizers import AdaBinActivation, DySign, FunctionSign, PolynomialSign, RSign
from bivit import BiViT
from bnext import BNextT
from cct import DyBinaryCCT
from densenet import binary_dense_net_28, melius_net_22
from ftbnn import FTBNN
from layers import Maxout, RPReLU
from quicknet import QuickNet
from reactnet import DynamicPReLU, ReActNetA
from real_to_binary import GatedUnit
from resnet import ResNet
from sbpn import SBPN
from superresolution import BBCUUnit, E2FIFUnit, SuperResolution
from xnornet import XNORNet

# `shape` is without the batch.
Network = namedtuple("Network", "shape build")

IMAGE, PERSON, SMALL, LOW_RESOLUTION = (3, 224, 224), (3, 256, 192), (3, 32, 32), (3, 128, 128)


def without_channels(module):
    """A binarizer that has nothing learned per channel, as units ask for one."""
    return lambda channels: module()


def weight_method(kind):
    """ResNet-18 of a method that differs in its weights: bare signs, Hardtanh."""
    return ResNet(18, binarize=without_channels(FunctionSign), activation=lambda channels: nn.Hardtanh(), weights=kind)


NETWORKS = {
    "bireal18": Network(IMAGE, lambda: ResNet(18, binarize=without_channels(PolynomialSign))),
    "bireal34": Network(IMAGE, lambda: ResNet(34, binarize=without_channels(PolynomialSign))),
    "bc-resnet18": Network(IMAGE, lambda: ResNet(18, activation=nn.PReLU, weights="classified-100")),
    "bc-resnet34": Network(IMAGE, lambda: ResNet(34, activation=nn.PReLU, weights="classified")),
    "sbpn": Network(PERSON, SBPN),
    "bhrnet": Network(PERSON, BHRNet),
    "dysign-resnet18": Network(IMAGE, lambda: ResNet(18, binarize=DySign, activation=RPReLU)),
    "dybcnn": Network(IMAGE, lambda: ReActNetA(DySign)),
    "dybnn": Network(IMAGE, lambda: ReActNetA(DySign, DynamicPReLU)),
    "dybinarycct": Network(SMALL, DyBinaryCCT),
    "ftbnn": Network(IMAGE, FTBNN),
    "latent18": Network(IMAGE, lambda: ResNet(18, weights="scaled")),
    "latent34": Network(IMAGE, lambda: ResNet(34, weights="scaled")),
    "reactnet-a": Network(IMAGE, ReActNetA),
    "reactnet18": Network(IMAGE, lambda: ResNet(18, binarize=RSign, activation=RPReLU, weights="flat")),
    "xnornet": Network((3, 227, 227), XNORNet),
    "real-to-binary": Network(IMAGE, lambda: ResNet(18, unit=GatedUnit)),
    "quicknet": Network(IMAGE, QuickNet),
    "binarydensenet28": Network(IMAGE, binary_dense_net_28),
    "meliusnet22": Network(IMAGE, melius_net_22),
    "adabin18": Network(
        IMAGE,
        lambda: ResNet(
            18, Maxout(64), binarize=without_channels(AdaBinActivation), activation=Maxout, weights="adabin"
        ),
    ),
    "ir-net18": Network(IMAGE, lambda: weight_method("ir-net")),
    "recu18": Network(IMAGE, lambda: weight_method("recu")),
    "rbnn18": Network(IMAGE, lambda: weight_method("rotated")),
    "biper18": Network(IMAGE, lambda: weight_method("biper")),
    "bnext-t": Network(IMAGE, BNextT),
    "e2fif-x2": Network(LOW_RESOLUTION, lambda: SuperResolution(E2FIFUnit)),
    "bbcu-x2": Network(LOW_RESOLUTION, lambda: SuperResolution(BBCUUnit)),
    "bivit-tiny": Network(IMAGE, BiViT),
    "bhvit-tiny": Network(IMAGE, BHViT),
}
