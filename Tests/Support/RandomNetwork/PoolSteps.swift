import BNNMIR

/// Pools over the map, before or behind a binarizer.
extension NetworkBuilder {
    mutating func pool(_ kind: StepKind) throws {
        guard hasMap else {
            if form == .tokens, kind == .globalAveragePool { try add(ReduceMean(), integers([1])) }
            return
        }
        switch kind {
        case .globalAveragePool: try add(GlobalAveragePool())
        case .globalMaxPool: try add(GlobalMaxPool())
        default:
            func axis(_ extent: Int) -> Window.Axis {
                let kernel = random.pick([2, 2, 3])
                let pad = random.chance(1, in: 4) ? 1 : 0
                let axis = Window.Axis(kernel: kernel, stride: random.pick([1, 2]), padBegin: pad, padEnd: pad)
                return axis.outputCount(input: extent) == nil ? Window.Axis(kernel: 1) : axis
            }
            let window = Window(form == .image ? axis(map.height) : Window.Axis(kernel: 1), axis(map.width))
            let ceil = random.chance(1, in: 4)
            if kind == .maxPool {
                try add(MaxPool(window: window, ceilMode: ceil))
            } else {
                try add(AveragePool(window: window, ceilMode: ceil, countIncludePad: random.chance(1, in: 2)))
            }
        }
    }
}
