"""The networks by name: what the command line and file names say → the system, its input's shape, and how it is built."""

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

# The file of a graph names the network; `system` and `source` are for people.
Network = namedtuple("Network", "system source shape build")

IMAGE, PERSON, SMALL, LOW_RESOLUTION = (3, 224, 224), (3, 256, 192), (3, 32, 32), (3, 128, 128)


def without_channels(module):
    """A binarizer that has nothing learned per channel, as units ask for one."""
    return lambda channels: module()


def weight_method(kind):
    """ResNet-18 of a method that differs in its weights: bare signs, Hardtanh."""
    return ResNet(18, binarize=without_channels(FunctionSign), activation=lambda channels: nn.Hardtanh(), weights=kind)


NETWORKS = {
    "bireal18": Network("Bi-Real Net 18", "1808.00278", IMAGE,
                        lambda: ResNet(18, binarize=without_channels(PolynomialSign))),
    "bireal34": Network("Bi-Real Net 34", "1808.00278", IMAGE,
                        lambda: ResNet(34, binarize=without_channels(PolynomialSign))),
    "bc-resnet18": Network("Binarizing by Classification, ResNet-18, linear classifier", "2205.07433", IMAGE,
                           lambda: ResNet(18, activation=nn.PReLU, weights="classified")),
    "bc-resnet34": Network("Binarizing by Classification, ResNet-34, 100 hidden units", "2205.07433", IMAGE,
                           lambda: ResNet(34, activation=nn.PReLU, weights="classified-100")),
    "sbpn": Network("SBPN, pose", "2205.07433", PERSON, SBPN),
    "bhrnet": Network("BHRNet, pose", "2205.07433", PERSON, BHRNet),
    "dysign-resnet18": Network("DySign, ResNet-18", "2211.02292", IMAGE,
                               lambda: ResNet(18, binarize=DySign, activation=RPReLU)),
    "dybcnn": Network("DySign, DyBCNN on MobileNetV1", "2211.02292", IMAGE, lambda: ReActNetA(DySign)),
    "dybnn": Network("DyBNN, dynamic PReLU shifts", "2110.05185", IMAGE, lambda: ReActNetA(DySign, DynamicPReLU)),
    "dybinarycct": Network("DySign, DyBinaryCCT-7/3x1", "2211.02292", SMALL, DyBinaryCCT),
    "ftbnn": Network("FTBNN", "2010.09294", IMAGE, FTBNN),
    "latent18": Network("Latent weights, ResNet-18", "2110.05850", IMAGE, lambda: ResNet(18, weights="scaled")),
    "latent34": Network("Latent weights, ResNet-34", "2110.05850", IMAGE, lambda: ResNet(34, weights="scaled")),
    "reactnet-a": Network("ReActNet-A", "2003.03488", IMAGE, ReActNetA),
    "reactnet18": Network("ReActNet-18", "2003.03488", IMAGE,
                          lambda: ResNet(18, binarize=RSign, activation=RPReLU, weights="flat")),
    "xnornet": Network("XNOR-Net, AlexNet", "1603.05279", (3, 227, 227), XNORNet),
    "real-to-binary": Network("Real-to-Binary, ResNet-18", "2003.11535", IMAGE,
                              lambda: ResNet(18, unit=GatedUnit)),
    "quicknet": Network("QuickNet", "2011.09398", IMAGE, QuickNet),
    "binarydensenet28": Network("BinaryDenseNet-28", "1906.08637", IMAGE, binary_dense_net_28),
    "meliusnet22": Network("MeliusNet-22", "2001.05936", IMAGE, melius_net_22),
    "adabin18": Network("AdaBin, ResNet-18", "2208.08084", IMAGE,
                        lambda: ResNet(18, Maxout(64), binarize=without_channels(AdaBinActivation), activation=Maxout,
                                       weights="adabin")),
    "ir-net18": Network("IR-Net, ResNet-18", "1909.10788", IMAGE, lambda: weight_method("ir-net")),
    "recu18": Network("ReCU, ResNet-18", "2103.12369", IMAGE, lambda: weight_method("recu")),
    "rbnn18": Network("RBNN, ResNet-18", "2009.13055", IMAGE, lambda: weight_method("rotated")),
    "biper18": Network("BiPer, ResNet-18", "2404.01278", IMAGE, lambda: weight_method("biper")),
    "bnext-t": Network("BNext-T", "2211.12933", IMAGE, BNextT),
    "e2fif-x2": Network("E2FIF, EDSR ×2", "2207.06893", LOW_RESOLUTION, lambda: SuperResolution(E2FIFUnit)),
    "bbcu-x2": Network("BBCU, EDSR ×2", "2210.00405", LOW_RESOLUTION, lambda: SuperResolution(BBCUUnit)),
    "bivit-tiny": Network("BiViT, DeiT-Tiny", "2211.07091", IMAGE, BiViT),
    "bhvit-tiny": Network("BHViT-Tiny", "2503.02394", IMAGE, BHViT),
}  # fmt: skip
