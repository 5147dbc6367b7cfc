import BNNMFormat
import CBNNM

/// Plans the memory of a checked model: finds streams, assigns storages, places them in the arena, and writes down where each tensor
/// and each operator's scratch memory is. Its working memory is given back at the end.
enum Plan {
    static func make(_ model: UnsafeMutablePointer<Model>, _ message: Message) throws(Failure) {
        let tensorCount = model.pointee.tensors.count
        let storageCount = tensorCount &+ model.pointee.operators.count
        var layout = MemoryBlock()
        let storagesOffset = layout.reserve(Storage.self, count: storageCount)
        let tensorsOffset = layout.reserve(Int.self, count: tensorCount)
        let readsOffset = layout.reserve(Int.self, count: tensorCount)
        let readCountsOffset = layout.reserve(Int.self, count: tensorCount)
        let orderOffset = layout.reserve(Int.self, count: storageCount)
        let placedOffset = layout.reserve(Int.self, count: storageCount)
        guard let byteCount = layout.byteCount else {
            throw message.failure(BNNM_LIMIT_EXCEEDED, "the model does not fit this machine's address space")
        }
        let allocator = model.pointee.allocator
        let memory = try allocator.allocate(max(byteCount, 1), message)
        defer { allocator.deallocate(memory) }
        func array<Element>(_ offset: Int, _ count: Int) -> UnsafeMutableBufferPointer<Element> {
            UnsafeMutableBufferPointer(
                start: (memory + offset).bindMemory(to: Element.self, capacity: count), count: count)
        }

        Streams(model: model, readCounts: array(readCountsOffset, tensorCount)).find()
        let assignment = StorageAssignment(
            model: model, storages: array(storagesOffset, storageCount),
            storageOfTensor: array(tensorsOffset, tensorCount), lastRead: array(readsOffset, tensorCount))
        try assignment.assign(message)
        let planner = ArenaPlanner(
            storages: assignment.storages, order: array(orderOffset, storageCount),
            placed: array(placedOffset, storageCount))
        guard let arenaByteCount = planner.plan() else {
            throw message.failure(BNNM_LIMIT_EXCEEDED, "the working memory does not fit this machine's address space")
        }
        model.pointee.arenaByteCount = arenaByteCount
        model.pointee.liveByteCount = planner.largestLiveSet()
        record(assignment)
    }

    private static func record(_ assignment: StorageAssignment) {
        let model = assignment.model
        let tensors = model.pointee.tensors
        for index in 0..<tensors.count {
            let root = assignment.storageOfTensor[index]
            switch assignment.storages[root].kind {
            case .constant:
                if let constant = tensors[root].constant { tensors[index].place = .constant(constant) }
            case .input(let port): tensors[index].place = .input(port)
            case .output(let port): tensors[index].place = .output(port)
            case .arena: tensors[index].place = .arena(assignment.storages[root].offset)
            }
        }
        for index in 0..<model.pointee.operators.count {
            // A stream's last member has the first part's buffers before its own scratch memory.
            let partByteCount = model.pointee.operators[index].member.partByteCount
            model.pointee.operators[index].scratchOffset =
                assignment.storages[tensors.count &+ index].offset &+ partByteCount
        }
    }
}
