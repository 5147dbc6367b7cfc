import CBNNM

/// An allocator for `bnnm_model_options` and `bnnm_session_options` that counts what it gives and takes back, refuses
/// the allocation of a given number, and never gives more than a limit. Outlives all models and sessions that use it.
///
/// Its memory has exactly the sizes asked for, so that a sanitizer sees every access beyond them, and is filled with a
/// byte of choice, so that what is read before it was written shows as a difference between two fillings.
public final class TrialAllocator {
    /// Allocations that were asked for.
    public private(set) var count = 0
    /// Bytes given and not taken back, by address.
    private var sizes: [UnsafeMutableRawPointer: Int] = [:]
    private var liveByteCount = 0
    /// The allocation, counted from 1, that is refused.
    public var refused = Int.max
    /// The most bytes at a time.
    public var byteLimit = Int.max
    public var filling: UInt8 = 0xA5

    public init() {}

    /// Allocations that were given and not taken back.
    public var live: Int { sizes.count }

    public var functions: bnnm_allocator {
        bnnm_allocator(
            allocate: { user, byteCount, alignment in
                user.flatMap { TrialAllocator.of($0).allocate(byteCount, alignment) }
            },
            deallocate: { user, memory in
                if let user, let memory { TrialAllocator.of(user).deallocate(memory) }
            },
            user: Unmanaged.passUnretained(self).toOpaque())
    }

    private static func of(_ user: UnsafeMutableRawPointer) -> TrialAllocator {
        Unmanaged<TrialAllocator>.fromOpaque(user).takeUnretainedValue()
    }

    private func allocate(_ byteCount: Int, _ alignment: Int) -> UnsafeMutableRawPointer? {
        count += 1
        guard count != refused, byteCount <= byteLimit - liveByteCount else { return nil }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: alignment)
        memory.initializeMemory(as: UInt8.self, repeating: filling, count: byteCount)
        sizes[memory] = byteCount
        liveByteCount += byteCount
        return memory
    }

    private func deallocate(_ memory: UnsafeMutableRawPointer) {
        guard let byteCount = sizes.removeValue(forKey: memory) else {
            preconditionFailure("memory was given back that the allocator never gave, or twice")
        }
        liveByteCount -= byteCount
        memory.deallocate()
    }
}
