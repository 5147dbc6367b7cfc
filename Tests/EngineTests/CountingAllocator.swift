import CBNNM

/// Counts allocations, and refuses the one of a given number.
final class CountingAllocator {
    var count = 0
    var live = 0
    var refused = Int.max

    var functions: bnnm_allocator {
        bnnm_allocator(
            allocate: { user, byteCount, alignment in
                let allocator = Unmanaged<CountingAllocator>.fromOpaque(user!).takeUnretainedValue()
                allocator.count += 1
                guard allocator.count != allocator.refused else { return nil }
                allocator.live += 1
                let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: alignment)
                memory.initializeMemory(as: UInt8.self, repeating: 0xA5, count: byteCount)
                return memory
            },
            deallocate: { user, memory in
                Unmanaged<CountingAllocator>.fromOpaque(user!).takeUnretainedValue().live -= 1
                memory!.deallocate()
            },
            user: Unmanaged.passUnretained(self).toOpaque())
    }
}
