import Foundation
import SwiftProtobuf

@testable import BNNMONNX

/// libFuzzer's own mutation of bytes.
@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ data: UnsafeMutablePointer<UInt8>, _ byteCount: Int, _ capacity: Int) -> Int

/// What libFuzzer calls for a new input: the model in `data` with one to five things changed; where it holds none, and
/// now and then, other bytes.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ data: UnsafeMutablePointer<UInt8>, _ byteCount: Int, _ capacity: Int, _ seed: CUnsignedInt) -> Int
{
    var random = SeededRandom(seed: seed)
    let bytes = Data(UnsafeBufferPointer(start: data, count: byteCount))
    guard Int.random(in: 0..<32, using: &random) > 0,
        let model = try? ONNXModelProto(serializedBytes: bytes), model.hasGraph
    else { return mutateBytes(data, byteCount, capacity) }
    var mutator = ModelMutator(model: model, random: random)
    for _ in 0..<[1, 1, 2, 3, 5][Int.random(in: 0..<5, using: &random)] { mutator.mutate() }
    guard let changed: Data = try? mutator.model.serializedBytes(), changed.count <= capacity else {
        return mutateBytes(data, byteCount, capacity)
    }
    changed.copyBytes(to: data, count: changed.count)
    return changed.count
}

/// Changes ONNX models along their structure, so that most of them get beyond the first checks: nodes to other operators
/// and operands, shapes, types, attributes, constants; lists grown and cut; names to other names of the model.
struct ModelMutator {
    private(set) var model: ONNXModelProto
    private(set) var random: SeededRandom

    init(model: ONNXModelProto, random: SeededRandom) {
        self.model = model
        self.random = random
    }

    mutating func mutate() {
        switch draw(16) {
        case 0..<4: changeNode()
        case 4..<6: changeAttribute()
        case 6..<9: changeInitializer()
        case 9..<11: insertNode()
        case 11: changeList(\.graph.node)
        case 12: changeInput()
        case 13: changeOutput()
        case 14: changeList(\.graph.initializer)
        default: changeModel()
        }
    }

    // MARK: - Nodes

    private static let operators = OperatorDecoder.all.map { ($0.opType, $0.domain) }

    /// Every name that a value of the model has.
    private var names: [String] {
        model.graph.node.flatMap { $0.input + $0.output } + model.graph.input.map(\.name)
            + model.graph.initializer.map(\.name)
    }

    private mutating func changeNode() {
        guard !model.graph.node.isEmpty else { return insertNode() }
        let index = draw(model.graph.node.count)
        let name = pick(names) ?? ""
        switch draw(8) {
        case 0, 1: (model.graph.node[index].opType, model.graph.node[index].domain) = pick(Self.operators)!
        case 2,
            3 where !model.graph.node[index].input.isEmpty:
            model.graph.node[index].input[draw(model.graph.node[index].input.count)] = draw(8) == 0 ? "" : name
        case 4: model.graph.node[index].input.append(name)
        case 5: _ = model.graph.node[index].input.popLast()
        case 6: if draw(2) == 0 { _ = model.graph.node[index].output.popLast() } else { addOutput(index) }
        default: bypass(index)
        }
    }

    private mutating func addOutput(_ index: Int) { model.graph.node[index].output.append("o\(draw(1 << 20))") }

    /// Makes whoever reads a node's result read its operand.
    private mutating func bypass(_ index: Int) {
        guard let old = model.graph.node[index].output.first, let new = model.graph.node[index].input.first else {
            return
        }
        for reader in model.graph.node.indices {
            model.graph.node[reader].input = model.graph.node[reader].input.map { $0 == old ? new : $0 }
        }
        model.graph.node.remove(at: index)
    }

    /// A node between a value and those that read it.
    private mutating func insertNode() {
        guard let value = pick(names) else { return }
        var node = ONNXNodeProto()
        (node.opType, node.domain) = pick(Self.operators)!
        node.input = [value]
        for _ in 0..<[0, 0, 1, 1, 2, 4][draw(6)] { node.input.append(pick(names) ?? "") }
        node.output = ["v\(draw(1 << 20))"]
        if let other = pick(model.graph.node) { node.attribute = other.attribute }
        let place = (model.graph.node.lastIndex { $0.output.contains(value) } ?? -1) + 1
        for reader in model.graph.node.indices where reader >= place {
            model.graph.node[reader].input = model.graph.node[reader].input.map { $0 == value ? node.output[0] : $0 }
        }
        if !model.graph.node.dropFirst(place).contains(where: { $0.input.contains(node.output[0]) }),
            let output = model.graph.output.indices.randomElement(using: &random)
        {
            model.graph.output[output].name = node.output[0]
        }
        model.graph.node.insert(node, at: place)
    }

    // MARK: - Attributes

    private mutating func changeAttribute() {
        guard
            let index = model.graph.node.indices.filter({ !model.graph.node[$0].attribute.isEmpty })
                .randomElement(using: &random)
        else { return changeNode() }
        let place = draw(model.graph.node[index].attribute.count)
        var attribute = model.graph.node[index].attribute[place]
        switch attribute.type {
        case .int: attribute.i = number(attribute.i)
        case .float: attribute.f = real(attribute.f)
        case .ints: changeNumbers(&attribute.ints)
        case .floats where !attribute.floats.isEmpty:
            let place = draw(attribute.floats.count)
            attribute.floats[place] = real(attribute.floats[place])
        case .tensor: change(&attribute.t)
        case .string:
            let texts = [
                "SAME_UPPER", "VALID", "linear", "nearest", "cubic", "half_pixel", "asymmetric", "edge", "CRD",
            ]
            attribute.s = Data(pick(texts)!.utf8)
        default: break
        }
        if draw(8) == 0 { attribute.type = ONNXAttributeProto.AttributeType(rawValue: draw(15)) ?? .undefined }
        model.graph.node[index].attribute[place] = attribute
        if draw(8) == 0 { model.graph.node[index].attribute.remove(at: place) }
        if draw(8) == 0, let other = pick(model.graph.node.flatMap(\.attribute)) {
            model.graph.node[index].attribute.append(other)
        }
    }

    private mutating func changeNumbers(_ numbers: inout [Int64]) {
        switch draw(4) {
        case 0: numbers.append(number(numbers.last ?? 1))
        case 1: _ = numbers.popLast()
        default:
            guard !numbers.isEmpty else { return }
            let place = draw(numbers.count)
            numbers[place] = number(numbers[place])
        }
    }

    // MARK: - Tensors

    private mutating func changeInitializer() {
        guard let index = model.graph.initializer.indices.randomElement(using: &random) else { return insertNode() }
        var tensor = model.graph.initializer[index]
        change(&tensor)
        model.graph.initializer[index] = tensor
    }

    private mutating func change(_ tensor: inout ONNXTensorProto) {
        switch draw(8) {
        case 0: changeNumbers(&tensor.dims)
        case 1: tensor.dataType = Int32(draw(18))
        case 2: tensor.rawData = tensor.rawData.prefix(draw(tensor.rawData.count + 1))
        case 3 where tensor.rawData.count > 1:
            // Another shape of as many elements.
            if tensor.dims.count == 1 {
                tensor.dims.insert(1, at: draw(2))
            } else {
                tensor.dims.shuffle(using: &random)
            }
        case 4: tensor.dims.isEmpty ? tensor.dims.append(1) : tensor.dims.insert(1, at: 0)
        default: changeElement(&tensor)
        }
    }

    private mutating func changeElement(_ tensor: inout ONNXTensorProto) {
        let isWide = [7, 11, 13].contains(tensor.dataType), size = isWide ? 8 : 4
        guard tensor.rawData.count >= size else { return changeNumbers(&tensor.int64Data) }
        var bytes = [UInt8](tensor.rawData)
        let place = draw(bytes.count / size) * size
        let pattern: UInt64
        switch tensor.dataType {
        case 1: pattern = UInt64(real(1).bitPattern)
        case 11: pattern = Double(real(1)).bitPattern
        default: pattern = UInt64(bitPattern: number(Int64(draw(9))))
        }
        for offset in 0..<size { bytes[place + offset] = UInt8(truncatingIfNeeded: pattern >> UInt64(8 * offset)) }
        tensor.rawData = Data(bytes)
    }

    // MARK: - The rest

    private mutating func changeInput() {
        guard let index = model.graph.input.indices.randomElement(using: &random) else { return }
        var dimensions = model.graph.input[index].type.tensorType.shape.dim
        switch draw(6) {
        case 0: model.graph.input[index].type.tensorType.elemType = Int32(draw(18))
        case 1: _ = dimensions.popLast()
        case 2: dimensions.append(ONNXTensorShapeProto.Dimension())
        case 3 where !dimensions.isEmpty: dimensions[0].dimParam = "N"
        default:
            guard !dimensions.isEmpty else { return }
            let place = draw(dimensions.count)
            dimensions[place].dimValue = number(dimensions[place].dimValue)
        }
        model.graph.input[index].type.tensorType.shape.dim = dimensions
    }

    private mutating func changeOutput() {
        guard let name = pick(names) else { return }
        if draw(2) == 0 {
            var output = ONNXValueInfoProto()
            output.name = name
            model.graph.output.append(output)
        } else if let index = model.graph.output.indices.randomElement(using: &random) {
            model.graph.output[index].name = name
        }
    }

    private mutating func changeModel() {
        if let index = model.opsetImport.indices.randomElement(using: &random) {
            model.opsetImport[index].version = Int64(draw(24))
        }
    }

    private mutating func changeList<Element>(_ list: WritableKeyPath<ONNXModelProto, [Element]>) {
        let count = model[keyPath: list].count
        guard count > 0 else { return }
        switch draw(3) {
        case 0: model[keyPath: list].remove(at: draw(count))
        case 1: model[keyPath: list].append(model[keyPath: list][draw(count)])
        default: model[keyPath: list].swapAt(draw(count), draw(count))
        }
    }

    // MARK: - Numbers

    private mutating func draw(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &random) }

    private mutating func pick<Element>(_ list: [Element]) -> Element? { list.randomElement(using: &random) }

    /// An extreme, a neighbour, or a small number.
    private mutating func number(_ old: Int64) -> Int64 {
        let extremes: [Int64] = [
            0, 1, -1, 2, -2, 3, 7, 8, 64, 255, 1 << 16, 1 << 20, 1 << 31 - 1, 1 << 31, -1 << 31, 1 << 40, .max, .min,
        ]
        return [pick(extremes)!, Int64(draw(6)), old &+ 1, old &- 1, old &* 2, 0 &- old & 255][draw(6)]
    }

    private mutating func real(_ old: Float) -> Float {
        let extremes: [Float] = [0, -0.0, 1, -1, 0.5, 2, 1e38, -1e38, 1e-45, .infinity, -.infinity, .nan]
        return draw(2) == 0 ? pick(extremes)! : old * 2
    }
}
