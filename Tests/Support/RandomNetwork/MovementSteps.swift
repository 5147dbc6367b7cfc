import BNNMIR

/// Operators that move elements without computing, before or behind a binarizer.
extension NetworkBuilder {
    mutating func movement(_ kind: StepKind) throws {
        switch kind {
        case .channelSlice where channels > 1:
            let first = random.below(channels - 1)
            let last = first + 1 + random.below(channels - first - 1)
            try slice(first, last, axis: channelAxis, step: random.chance(1, in: 4) ? 2 : 1)
        case .spatialSlice where hasMap && map.width > 1:
            let first = random.below(map.width - 1)
            try slice(first, map.width, axis: shape.count - 1, step: random.chance(1, in: 3) ? 2 : 1)
        case .splitSum where channels % 2 == 0:
            let halves = try parts(Split(axis: channelAxis, partCount: 2), [value, nil], count: 2)
            if random.chance(1, in: 2) {
                value = try node(Add(), halves)
            } else {
                value = try node(Concat(axis: channelAxis), halves.reversed())
            }
        case .channelShuffle where hasMap:
            let full = shape, groups = divisor(of: channels)
            try reshape([full[0], groups, full[1] / groups] + full.dropFirst(2))
            try add(Transpose(permutation: [0, 2, 1] + (3..<full.count + 1)))
            try reshape(full)
        case .spatialTranspose where form == .image: try add(Transpose(permutation: [0, 1, 3, 2]))
        case .pixelShuffle where form == .image && channels % 4 == 0:
            try add(DepthToSpace(blockSize: 2, mode: random.pick([.dcr, .crd])))
        case .spaceToDepth where form == .image && shape[2] % 2 == 0 && shape[3] % 2 == 0 && channels <= 32:
            try add(SpaceToDepth(blockSize: 2))
        case .nearestResize where form == .image && elementCount <= 2000:
            let factor: Float = 2
            let op = Resize(mode: .nearest, transformation: .asymmetric, rounding: .floor)
            try add(op, nil, constant([4], [1, 1, factor, random.pick([1, factor])]))
        case .toTokens:
            if form == .image { try reshape([shape[0], shape[1], shape[2] * shape[3]]) }
            if hasMap {
                try add(Transpose(permutation: [0, 2, 1]))
                form = .tokens
            }
        case .toImage where form == .tokens || form == .sequence:
            if form == .tokens { try add(Transpose(permutation: [0, 2, 1])) }
            let rows = divisor(of: shape[2])
            try reshape([shape[0], shape[1], rows, shape[2] / rows])
            form = .image
        case .flatten where hasMap && elementCount <= 2000:
            try add(Flatten(axis: 1))
            form = .flat
        default: break
        }
    }

    private mutating func slice(_ first: Int, _ last: Int, axis: Int, step: Int) throws {
        try add(Slice(), integers([first]), integers([last]), integers([axis]), integers([step]))
    }
}
