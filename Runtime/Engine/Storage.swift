/// A piece of memory that one or several tensors use one after the other, while the arena is planned.
struct Storage {
    enum Kind {
        case constant
        case input(Int)
        case output(Int)
        case arena
    }

    var kind: Kind
    var byteCount: Int
    /// The operators from the one that writes it first to the one that reads it last.
    var firstUse: Int
    var lastUse: Int
    /// Result of the planning, for `arena`.
    var offset = 0

    func isLive(with other: Storage) -> Bool {
        firstUse <= other.lastUse && other.firstUse <= lastUse
    }
}
