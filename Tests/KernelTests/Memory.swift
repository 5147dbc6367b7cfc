// Memory as kernels get it: inputs of exactly the promised size, so that a sanitizer sees an over-read, and outputs
// between guards, so that an over-write is seen without one.

/// An exactly sized copy of some elements.
final class InputMemory<Element> {
    let pointer: UnsafePointer<Element>
    private let memory: UnsafeMutablePointer<Element>

    init(_ elements: [Element]) {
        memory = .allocate(capacity: max(elements.count, 1))
        memory.initialize(from: elements, count: elements.count)
        pointer = UnsafePointer(memory)
    }

    deinit {
        memory.deallocate()
    }
}

/// Elements of a trivial type with guards on both sides.
final class OutputMemory<Element: Equatable> {
    private static var guardCount: Int { 16 }
    private let memory: UnsafeMutablePointer<Element>
    private let count: Int
    private let guardValue: Element

    init(count: Int, initial: Element, guardValue: Element) {
        self.count = count
        self.guardValue = guardValue
        memory = .allocate(capacity: count + 2 * Self.guardCount)
        memory.initialize(repeating: guardValue, count: count + 2 * Self.guardCount)
        (memory + Self.guardCount).update(repeating: initial, count: count)
    }

    deinit {
        memory.deallocate()
    }

    var pointer: UnsafeMutablePointer<Element> { memory + Self.guardCount }
    var elements: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
    var guardsAreIntact: Bool {
        (0..<Self.guardCount).allSatisfy {
            memory[$0] == guardValue && memory[Self.guardCount + count + $0] == guardValue
        }
    }
}

/// Ranges that a range of rows is computed in, as threads would: whole, and in uneven parts, last part first.
func splits(of count: Int) -> [[Range<Int>]] {
    guard count > 1 else { return [[0..<count]] }
    let middle = (count + 2) / 3
    return [[0..<count], [middle..<count, 0..<middle], (0..<count).reversed().map { $0..<($0 + 1) }]
}
