import CBNNM

/// The caller's buffer for the details of an error. Text is appended without strings on the heap, cut where the buffer
/// ends, and always terminated.
struct Message {
    private let base: UnsafeMutablePointer<CChar>?
    private let capacity: Int

    /// A buffer of `capacity` bytes; nothing is written where there is none.
    init(_ base: UnsafeMutablePointer<CChar>?, capacity: Int) {
        self.base = capacity > 0 ? base : nil
        self.capacity = capacity
        self.base?.pointee = 0
    }

    /// The buffer, for C functions that write messages themselves.
    var buffer: (UnsafeMutablePointer<CChar>?, Int) { (base, base == nil ? 0 : capacity) }

    /// Writes what `compose` appends, and gives the failure to throw.
    func failure(_ status: bnnm_status, _ compose: (inout Writer) -> Void) -> Failure {
        var writer = Writer(base: base, room: base == nil ? 0 : capacity - 1)
        compose(&writer)
        return Failure(status: status)
    }

    func failure(_ status: bnnm_status, _ text: StaticString) -> Failure {
        failure(status) { $0.add(text) }
    }

    /// Appends to the buffer.
    struct Writer {
        fileprivate var base: UnsafeMutablePointer<CChar>?
        fileprivate var room: Int

        private mutating func add(byte: UInt8) {
            guard let position = base, room > 0 else { return }
            position.pointee = CChar(bitPattern: byte)
            position[1] = 0
            base = position + 1
            room &-= 1
        }

        mutating func add(_ text: StaticString) {
            for byte in UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount) { add(byte: byte) }
        }

        /// At most `limit` bytes of a C string.
        mutating func add(cString text: UnsafePointer<CChar>?, limit: Int = 120) {
            guard var position = text else { return }
            var left = limit
            while position.pointee != 0, left > 0 {
                add(byte: UInt8(bitPattern: position.pointee))
                position += 1
                left &-= 1
            }
        }

        mutating func add(_ number: Int64) {
            if number < 0 { add("-") }
            var divisor: UInt64 = 1
            let magnitude = number.magnitude
            while magnitude / divisor >= 10 { divisor &*= 10 }
            while divisor > 0 {
                add(byte: UInt8(truncatingIfNeeded: 48 &+ magnitude / divisor % 10))
                divisor /= 10
            }
        }

        mutating func add(_ number: Int) { add(Int64(number)) }
        mutating func add(_ number: UInt32) { add(Int64(number)) }
    }
}
