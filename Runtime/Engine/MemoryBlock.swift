/// The layout of one allocation that holds several arrays: sizes are summed up first, then the parts are cut off the
/// allocated memory in the same order.
struct MemoryBlock {
    /// Bytes so far; nil where they do not fit the address space.
    private(set) var byteCount: Int? = 0

    /// Makes room for `count` elements (≥ 0), aligned to 64 bytes, and gives their offset.
    mutating func reserve<Element>(_ type: Element.Type, count: Int) -> Int {
        guard let offset = byteCount else { return 0 }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard !overflow, let end = sum(offset, bytes) else {
            byteCount = nil
            return 0
        }
        byteCount = roundedUp(end, to: Allocator.alignment)
        return offset
    }
}
