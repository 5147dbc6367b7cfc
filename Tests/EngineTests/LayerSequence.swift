import BNNM
import BNNMFormat
import CBNNM
import TestSupport

/// A model of layers one behind the other, for tests of streams. The same seed gives the same numbers, so that the model
/// can be built a second time with everything between the layers among its outputs, which keeps it from being streamed.
final class LayerSequence {
    let model = ModelDescription()
    private(set) var inputs: [[Float]] = []
    private var random: SeededRandom
    private(set) var dims: [Int]
    private var tensor: UInt32
    private let isApart: Bool
    private var between: [UInt32] = []
    private var decisions: [(tensor: UInt32, dims: [Int])] = []

    /// - Parameter isApart: whether what is between layers is given, too, behind the other outputs
    init(_ dims: [Int], seed: Int, isApart: Bool) {
        (self.dims, self.isApart, random) = (dims, isApart, SeededRandom(seed: seed))
        model.batch = 1
        tensor = model.input(dims)
        inputs.append(random.floats(dims.reduce(1, *)))
    }

    /// How many outputs `finish` makes that do not depend on `isApart`.
    var outputCount: Int { 1 + decisions.count }

    func finish() {
        model.output(tensor)
        for (index, (tensor, dims)) in decisions.enumerated() {
            model.output(model.unpack(tensor, dims), name: "decisions\(index)")
        }
        guard isApart else { return }
        for (index, tensor) in between.enumerated() { model.output(tensor, name: "between\(index)") }
    }

    private func follow(_ next: UInt32, _ dims: [Int]) {
        if tensor != 0 { between.append(tensor) }
        (tensor, self.dims) = (next, dims)
    }

    private func windowDims(_ g: bnnmf_window, channels: Int) -> [Int] {
        Image(dims[0], dims[1], dims[2], dims[3], []).outputDims(g, channels: channels)
    }

    /// [N,C,H,W] → [N,H,W,C].
    func transpose() {
        let next = [dims[0], dims[2], dims[3], dims[1]]
        follow(
            model.op(BNNMF_OP_TRANSPOSE, [tensor], BNNMF_FLOAT32, next) {
                $0.parameters.transpose.rank = 4
                $0.parameters.transpose.permutation = (0, 2, 3, 1, 0, 0, 0, 0)
            }, next)
    }

    /// - Parameter stores: of the epilogue; nil: it has none
    func conv(_ g: bnnmf_window, channels: Int, groups: Int = 1, stores: UInt32? = nil) {
        let taps = Int(g.kernel_h * g.kernel_w), next = windowDims(g, channels: channels)
        let weights = model.blob(random.floats(taps * dims[3] / groups * channels))
        let bias = model.blob(random.floats(channels))
        let epilogue = stores.map { self.epilogue(next, stores: $0) }
        let record = epilogue?.record(model, channels: channels) ?? bnnmf_epilogue.none
        let results = epilogue?.results(next) ?? [(BNNMF_FLOAT32, next)]
        let result = model.op(
            BNNMF_OP_CONV2D, [tensor] + (epilogue?.operands ?? []), results[0].0, next
        ) {
            $0.parameters.conv2d = bnnmf_conv2d(
                window: g, groups: UInt32(groups), weights: weights, bias: bias, minimum: -2, maximum: .infinity,
                layout: 0, epilogue: record)
        }
        keep(result, results, next)
    }

    /// A scale, a step of rows perhaps, a vector for each image, then values and, where `stores` says so, decisions.
    func map(stores: UInt32, rowStep: EpilogueDescription.Step? = nil) {
        var epilogue = epilogue(dims, stores: stores)
        if let rowStep { epilogue.steps.insert(rowStep, at: 1) }
        let record = epilogue.record(model, channels: dims[3])
        let results = epilogue.results(dims)
        let result = model.op(BNNMF_OP_MAP, [tensor] + epilogue.operands, results[0].0, dims) {
            $0.parameters.map.epilogue = record
        }
        keep(result, results, dims)
    }

    private func keep(_ result: UInt32, _ results: [(bnnmf_element_type, [Int])], _ next: [Int]) {
        let more = model.moreResults(Array(results.dropFirst()))
        decisions += more.map { ($0, next) }
        guard results[0].0 == BNNMF_BITS else { return follow(result, next) }
        decisions.append((result, next))
        follow(model.unpack(result, next), next)
    }

    private func epilogue(_ dims: [Int], stores: UInt32) -> EpilogueDescription {
        let channels = dims[3]
        var epilogue = EpilogueDescription(stores: stores)
        let vector = random.floats(dims[0] * channels), whole = random.floats(dims.reduce(1, *))
        epilogue.steps = [.scaleShift(random.floats(channels), nil)]
        for (values, shape) in [(vector, [dims[0], 1, 1, channels]), (whole, dims)] {
            inputs.append(values)
            let operand = model.input(shape, name: "operand\(inputs.count)")
            epilogue.steps.append(.combine(BNNMF_STEP_ADD, values: values, tensor: operand))
        }
        epilogue.points = random.floats(channels, bound: 0.5)
        return epilogue
    }

    func pool(_ code: bnnmf_op_code, _ g: bnnmf_window, includesPadding: Bool = false) {
        let next = windowDims(g, channels: dims[3])
        follow(
            model.op(code, [tensor], BNNMF_FLOAT32, next) {
                $0.parameters.pool = bnnmf_pool(
                    window: g, count_include_pad: includesPadding ? 1 : 0, or_channels: .max)
            }, next)
    }

    func clamp() { follow(model.clamp(tensor, dims, -0.7, 0.9), dims) }

    func scaleShift() {
        follow(model.scaleShift(tensor, dims, random.floats(dims[3]), random.floats(dims[3])), dims)
    }

    /// With a tensor of the same dimensions.
    func multiply() {
        inputs.append(random.floats(dims.reduce(1, *)))
        let other = model.input(dims, name: "factor\(inputs.count)")
        follow(model.elementwise(BNNMF_MULTIPLY, tensor, other, dims), dims)
    }

    /// Along the channels, in front of another tensor.
    func concat() {
        let more = random.below(5) + 1, shape = dims.dropLast() + [more], next = dims.dropLast() + [dims[3] + more]
        inputs.append(random.floats(shape.reduce(1, *)))
        let other = model.input(Array(shape), name: "part\(inputs.count)")
        follow(
            model.op(BNNMF_OP_CONCAT, [tensor, other], BNNMF_FLOAT32, Array(next)) { $0.parameters.concat.axis = 3 },
            Array(next))
    }

    /// Any layer that fits.
    func addRandomLayer() {
        switch random.below(9) {
        case 0, 1:
            let isDepthwise = random.chance(1, in: 2)
            conv(
                randomWindow(), channels: isDepthwise ? dims[3] : random.below(12) + 1,
                groups: isDepthwise ? dims[3] : 1, stores: random.pick([nil, nil, 1, 3, 2]))
        case 2: pool(BNNMF_OP_MAX_POOL, randomWindow())
        case 3: pool(BNNMF_OP_AVERAGE_POOL, randomWindow(), includesPadding: random.chance(1, in: 2))
        case 4 where min(dims[1], dims[2]) > 1: pool(BNNMF_OP_AVERAGE_POOL, window(kernel: (2, 2), stride: (2, 2)))
        case 4, 5: clamp()
        case 6: random.chance(1, in: 2) ? scaleShift() : multiply()
        case 7:
            map(stores: random.pick([1, 3, 2]), rowStep: random.pick([nil, .softmax, .standardize(epsilon: 0.5)]))
        default: concat()
        }
    }

    /// With a tap on the input in every window.
    private func randomWindow() -> bnnmf_window {
        func extent(_ input: Int) -> (kernel: Int, stride: Int, dilation: Int, pads: (Int, Int)) {
            guard input > 12 else { return (1, 1, 1, (0, 0)) }
            let kernel = random.below(3) + 1, dilation = random.below(2) + 1, span = dilation * (kernel - 1)
            return (kernel, random.pick([1, 1, 1, 2, 3]), dilation, (random.below(span + 1), random.below(span + 1)))
        }
        let (y, x) = (extent(dims[1]), extent(dims[2]))
        return window(
            kernel: (y.kernel, x.kernel), stride: (y.stride, x.stride), dilation: (y.dilation, x.dilation),
            pads: (y.pads.0, x.pads.0, y.pads.1, x.pads.1))
    }
}
