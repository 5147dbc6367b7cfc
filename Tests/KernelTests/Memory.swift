// Memory as kernels get it: inputs that end at a page which nobody may read, so that an over-read ends the tests, and
// outputs between guards, so that an over-write is seen.

import Foundation

/// A copy of some elements, read-only, right before an unreadable page.
final class InputMemory<Element> {
    let pointer: UnsafePointer<Element>
    private let memory: UnsafeMutableRawPointer
    private let byteCount: Int

    init(_ elements: [Element]) {
        let size = elements.count * MemoryLayout<Element>.stride
        let page = Int(getpagesize())
        let usable = (size + page - 1) / page * page
        byteCount = usable + page
        let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else { preconditionFailure("no memory for \(byteCount) bytes") }
        self.memory = memory
        let start = memory + (usable - size)
        elements.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { start.copyMemory(from: base, byteCount: size) }
        }
        mprotect(memory, usable, PROT_READ)
        mprotect(memory + usable, page, PROT_NONE)
        pointer = UnsafePointer(start.assumingMemoryBound(to: Element.self))
    }

    deinit {
        munmap(memory, byteCount)
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
