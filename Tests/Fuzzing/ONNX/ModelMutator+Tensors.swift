import Foundation

@testable import BNNMONNX

/// Constants: their shapes, types, elements, lengths, and where they lie.
extension ModelMutator {
    private static let lastDataType = 24

    mutating func changeInitializer() {
        guard let index = model.graph.initializer.indices.randomElement(using: &random) else { return makeConstant() }
        var tensor = model.graph.initializer[index]
        change(&tensor)
        model.graph.initializer[index] = tensor
    }

    mutating func change(_ tensor: inout ONNXTensorProto) {
        switch draw(10) {
        case 0: changeNumbers(&tensor.dims)
        case 1: tensor.dataType = Int32(draw(Self.lastDataType + 2))
        case 2: changeLength(&tensor)
        case 3 where tensor.rawData.count > 1:
            // Another shape of as many elements.
            if tensor.dims.count == 1 {
                tensor.dims.insert(1, at: draw(2))
            } else {
                tensor.dims.shuffle(using: &random)
            }
        case 4: tensor.dims.insert(1, at: 0)
        case 5 where draw(3) == 0: moveOutside(&tensor)
        default: changeElement(&tensor)
        }
    }

    /// A tensor of at most four elements.
    mutating func smallTensor() -> ONNXTensorProto {
        var tensor = ONNXTensorProto()
        let count = draw(5)
        tensor.dims = draw(4) == 0 ? [] : [Int64(count)]
        if draw(2) == 0 {
            tensor.dataType = 7
            tensor.int64Data = (0..<count).map { _ in number(1) }
        } else {
            tensor.dataType = 1
            tensor.floatData = (0..<count).map { _ in real(1) }
        }
        return tensor
    }

    /// Fewer or more elements than the shape says; or those of another field.
    private mutating func changeLength(_ tensor: inout ONNXTensorProto) {
        switch draw(4) {
        case 0: tensor.rawData = tensor.rawData.prefix(draw(tensor.rawData.count + 1))
        case 1: tensor.rawData += Data(repeating: UInt8(draw(256)), count: pick([1, 4, 8, 64])!)
        case 2: tensor.floatData = (0..<draw(5)).map { _ in real(1) }
        default: tensor.int64Data = (0..<draw(5)).map { _ in number(1) }
        }
    }

    private mutating func changeElement(_ tensor: inout ONNXTensorProto) {
        let isWide = [7, 11, 13].contains(tensor.dataType), size = isWide ? 8 : 4
        guard tensor.rawData.count >= size else {
            if tensor.floatData.isEmpty { return changeNumbers(&tensor.int64Data) }
            tensor.floatData[draw(tensor.floatData.count)] = real(1)
            return
        }
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

    /// Its elements are in another file: one that is there (`ExternalFiles`), one that is not, one that must not be read.
    private mutating func moveOutside(_ tensor: inout ONNXTensorProto) {
        tensor.dataLocation = .external
        tensor.rawData = Data()
        tensor.externalData = []
        let locations = ExternalFiles.allowed + ExternalFiles.forbidden + ["absent", "", "a/../..", "\0"]
        for (key, text) in [
            ("location", pick(locations)!), ("offset", "\(number(0))"), ("length", "\(number(16))"),
        ] where draw(4) > 0 {
            var entry = ONNXStringStringEntryProto()
            entry.key = key
            entry.value = text
            tensor.externalData.append(entry)
        }
    }
}
