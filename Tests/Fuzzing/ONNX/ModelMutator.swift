@testable import BNNMONNX

/// Changes ONNX models along their structure, so that most of them get beyond the first checks: nodes to other operators
/// and operands, shapes, types, attributes, constants; lists grown and cut; names to other names of the model.
struct ModelMutator {
    var model: ONNXModelProto
    var random: SeededRandom

    mutating func mutate() {
        switch draw(20) {
        case 0..<4: changeNode()
        case 4..<6: changeAttribute()
        case 6..<9: changeInitializer()
        case 9..<12: insertNode()
        case 12: changeList(\.graph.node)
        case 13: changeInput()
        case 14: changeOutput()
        case 15: changeList(\.graph.initializer)
        case 16: makeConstant()
        case 17: nest()
        case 18: joinInCycle()
        default: changeModel()
        }
    }

    // MARK: - Choices

    /// A number from 0 up to, but not including, `count`; 0 where that is 0.
    mutating func draw(_ count: Int) -> Int { random.below(max(1, count)) }

    mutating func pick<Element>(_ list: [Element]) -> Element? { list.randomElement(using: &random) }

    /// An extreme, a neighbour, or a small number.
    mutating func number(_ old: Int64) -> Int64 {
        let extremes: [Int64] = [
            0, 1, -1, 2, -2, 3, 7, 8, 64, 255, 1 << 16, 1 << 20, 1 << 31 - 1, 1 << 31, -1 << 31, 1 << 40, .max, .min,
        ]
        return [pick(extremes)!, Int64(draw(6)), old &+ 1, old &- 1, old &* 2, 0 &- old & 255][draw(6)]
    }

    mutating func real(_ old: Float) -> Float {
        let extremes: [Float] = [
            0, -0.0, 1, -1, 0.5, 2, 1e38, -1e38, .leastNonzeroMagnitude, .infinity, -.infinity, .nan,
        ]
        return draw(2) == 0 ? pick(extremes)! : old * 2
    }

    mutating func changeNumbers(_ numbers: inout [Int64]) {
        switch draw(4) {
        case 0: numbers.append(number(numbers.last ?? 1))
        case 1: _ = numbers.popLast()
        default:
            guard !numbers.isEmpty else { return }
            let place = draw(numbers.count)
            numbers[place] = number(numbers[place])
        }
    }

    mutating func changeList<Element>(_ list: WritableKeyPath<ONNXModelProto, [Element]>) {
        let count = model[keyPath: list].count
        guard count > 0 else { return }
        switch draw(3) {
        case 0: model[keyPath: list].remove(at: draw(count))
        case 1: model[keyPath: list].append(model[keyPath: list][draw(count)])
        default: model[keyPath: list].swapAt(draw(count), draw(count))
        }
    }
}
