import BNNMIR

/// Sums and concatenations of the current value with one that an earlier step kept.
extension NetworkBuilder {
    mutating func combination(_ kind: StepKind) throws {
        switch kind {
        case .residualSum: try residualSum()
        case .concatenation: try concatenation()
        default: kept.append((value, form))
        }
    }

    /// Adds an earlier value; one of another width or a larger map goes through a shortcut of real layers.
    private mutating func residualSum() throws {
        let main = value, target = shape
        let equal = kept.filter { shape(of: $0.value) == target && $0.value != main }
        if let other = equal.isEmpty ? nil : random.pick(equal).value {
            value = try node(Add(), random.chance(1, in: 2) ? [main, other] : [other, main])
            return
        }
        guard form == .image, let other = kept.last, other.form == .image, other.value != main else { return }
        value = other.value
        for axis in [2, 3] where shape[axis] != target[axis] {
            // Pooled where the map shrank to a part of it; else there is no shortcut.
            guard target[axis] > 0, shape[axis] / target[axis] >= 1 else {
                value = main
                return
            }
        }
        let strides = [2, 3].map { shape[$0] / target[$0] }
        let kernels = [2, 3].map { shape[$0] - (target[$0] - 1) * strides[$0 - 2] }
        if strides != [1, 1] || kernels != [1, 1] {
            try add(
                AveragePool(
                    window: Window(
                        Window.Axis(kernel: kernels[0], stride: strides[0]),
                        Window.Axis(kernel: kernels[1], stride: strides[1]))))
        }
        if shape[1] != target[1] {
            let weights = constant([target[1], shape[1], 1, 1], random.floats(target[1] * shape[1]))
            try add(Conv(window: Window(kernel: 1)), weights)
        }
        try add(Add(), main)
    }

    /// Joins the current value and an earlier one, or parts of itself, along the channels.
    private mutating func concatenation() throws {
        let axis = channelAxis
        func others(_ shape: [Int]) -> [Int] { shape.enumerated().filter { $0.offset != axis }.map(\.element) }
        let fitting = kept.filter {
            $0.form == form && others(shape(of: $0.value)) == others(shape) && shape(of: $0.value)[axis] <= 70
        }
        guard let other = fitting.isEmpty ? nil : random.pick(fitting).value, channels <= 130 else { return }
        value = try node(Concat(axis: axis), random.chance(1, in: 2) ? [value, other] : [other, value])
    }
}
