/// What an operator is in a stream: a sequence of layers by rows, each but the last computed for the next alone, that run
/// together, some rows of the last one's result at a time. What is between them is not stored as a whole: each member but
/// the last has a buffer of the rows that the next one still needs.
struct StreamMember {
    /// Members before this one; 0 of operators in no stream, too.
    var position = 0
    /// Whether the next operator is a member of the same stream.
    var isFollowed = false
    /// Nil of layers that do not compute rows by themselves.
    var window: RowWindow?
    /// Of a member that is followed: where its buffer is in the memory of a part, and the bytes of a row.
    var bufferOffset = 0
    var rowByteCount = 0
    /// Of the last member: how many rows it computes at a time, and the memory of a part's buffers.
    var stripeHeight: Int64 = 0
    var partByteCount = 0

    /// Members of a stream at most.
    static let limit = 8

    /// For index `index` of the operators, the one at which it runs: its own or its stream's last.
    static func runIndex(of index: Int, _ operators: UnsafeMutableBufferPointer<Model.OperatorRecord>) -> Int {
        var last = index
        while operators[last].member.isFollowed { last &+= 1 }
        return last
    }
}
