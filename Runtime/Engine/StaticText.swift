/// The C string of a literal, static as the literal is. Literals must end in "\0".
@inline(__always)
func cString(_ literal: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// Whether two C strings are equal.
func isEqual(_ a: UnsafePointer<CChar>, _ b: UnsafePointer<CChar>) -> Bool {
    var index = 0
    while a[index] == b[index] {
        if a[index] == 0 { return true }
        index &+= 1
    }
    return false
}
