import BNNMPlatform
import CBNNM

/// The caller's allocator, or malloc where there is none. All memory of models and sessions comes from here.
struct Allocator {
    private let functions: bnnm_allocator

    /// Alignment of every block, in bytes.
    static let alignment = 64

    init(_ functions: bnnm_allocator, _ message: Message) throws(Failure) {
        guard (functions.allocate == nil) == (functions.deallocate == nil) else {
            throw message.failure(
                BNNM_INVALID_ARGUMENT, "allocator: allocate and deallocate must be both set or both NULL")
        }
        self.functions = functions
    }

    /// `byteCount` (≥ 1) bytes aligned to 64.
    func allocate(_ byteCount: Int, _ message: Message) throws(Failure) -> UnsafeMutableRawPointer {
        let memory: UnsafeMutableRawPointer?
        if let allocate = functions.allocate {
            memory = allocate(functions.user, byteCount, Self.alignment)
        } else {
            memory = bnnmp_allocate(byteCount, Self.alignment)
        }
        guard let memory else {
            throw message.failure(BNNM_OUT_OF_MEMORY) {
                $0.add("the allocator gave no ")
                $0.add(byteCount)
                $0.add(" bytes")
            }
        }
        guard Int(bitPattern: memory) & (Self.alignment &- 1) == 0 else {
            deallocate(memory)
            throw message.failure(BNNM_INVALID_ARGUMENT, "allocator: its memory must be aligned as asked, to 64 bytes")
        }
        return memory
    }

    func deallocate(_ memory: UnsafeMutableRawPointer) {
        if let deallocate = functions.deallocate { deallocate(functions.user, memory) } else { bnnmp_free(memory) }
    }
}
