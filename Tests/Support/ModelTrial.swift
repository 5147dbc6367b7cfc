import BNNMFormat
import CBNNM
import Glibc

/// Tries out bytes that may or may not be a model, through the C API and in memory of exactly their size, so that a
/// sanitizer sees every access beyond their end: opens them and, where that works, reads all that the model tells of
/// itself and runs it, reading all probes. Tests of damaged files and the fuzzer (Tests/Fuzzing) share it.
public final class ModelTrial {
    /// What became of the bytes.
    public enum Outcome: Equatable {
        /// Not opened. `explained`: whether there was a message, too.
        case refused(bnnm_status, explained: Bool)
        /// Opened, but it would take more memory or time than a test should.
        case tooLarge
        /// What creating a session said or, where that was OK, running it.
        case ran(bnnm_status)
        /// Something happened that the API promises not to.
        case broken(String)
    }

    /// The most bytes of one input, output, or arena that a trial allocates.
    private static let byteLimit = 1 << 22
    /// The same for a trial that runs a model in every way, and the most multiplications of one execution there.
    public static let everywhereByteLimit = 1 << 18
    private static let everywhereMultiplicationLimit = 1 << 21
    /// Where the header keeps the checksum of all other bytes (docs/format.md).
    public static let checksumOffset = 48

    public let bytes: UnsafeMutableRawBufferPointer

    public init(_ bytes: some Collection<UInt8>) {
        self.bytes = .allocate(byteCount: bytes.count, alignment: 64)
        self.bytes.copyBytes(from: bytes)
    }

    deinit { bytes.deallocate() }

    /// Makes the header's checksum right for the bytes as they are; nothing where they are shorter than a header.
    public func repairChecksum() {
        let behind = Self.checksumOffset + 4
        guard bytes.count > behind, let memory = bytes.baseAddress else { return }
        let front = bnnmf_crc32c(0, memory, Self.checksumOffset)
        let checksum = bnnmf_crc32c(front, memory + behind, bytes.count - behind)
        bytes.storeBytes(of: checksum, toByteOffset: Self.checksumOffset, as: UInt32.self)
    }

    /// Opens the bytes and gives the model back at once.
    public func open() -> Outcome { opened { _, _ in .ran(BNNM_OK) } }

    /// Opens the bytes, creates a session and runs it once, on numbers from −1 to 1.
    public func run() -> Outcome {
        opened { model, allocator in
            Self.trying(model) { facts in
                guard facts.largestByteCount <= Self.byteLimit else { return .tooLarge }
                let source: [Float] = (0..<33).map { Float($0 * 7 % 33) / 16 - 1 }
                return source.withUnsafeBytes { source in
                    let session = TrialSession(
                        model: model, facts: facts, setting: TrialSetting(), source: source, allocator: allocator)
                    return .ran(session.run().status)
                }
            }
        }
    }

    /// Opens the bytes and runs them with every instruction set of this machine, one and two threads, one and three
    /// executions, and the model's own checks, on inputs made of the file's bytes. Threads, executions and what fresh
    /// memory holds must not make a difference.
    ///
    /// - Parameter byteLimit: the most bytes of one input, output, or arena.
    public func runEverywhere(byteLimit: Int = everywhereByteLimit) -> Outcome {
        opened { model, allocator in
            Self.trying(model) { facts in
                guard facts.largestByteCount <= byteLimit,
                    facts.multiplyAccumulates <= Self.everywhereMultiplicationLimit
                else { return .tooLarge }
                allocator.byteLimit = 1 << 26
                var outcome = Outcome.ran(BNNM_OK)
                for bit in 0..<UInt32(UInt32.bitWidth) where bnnm_available_isa() & (1 << bit) != 0 {
                    outcome = self.compare(model, facts, instructionSet: 1 << bit, allocator)
                    guard case .ran(BNNM_OK) = outcome else { return outcome }
                }
                return outcome
            }
        }
    }

    private func compare(
        _ model: OpaquePointer?, _ facts: ModelFacts, instructionSet: UInt32, _ allocator: TrialAllocator
    ) -> Outcome {
        func run(_ setting: TrialSetting, checks: UInt32) -> Result<[[UInt8]], ModelFacts.Refusal> {
            allocator.filling = setting.filling
            return TrialSession(
                model: model, facts: facts, setting: setting, source: UnsafeRawBufferPointer(bytes),
                allocator: allocator
            ).run(checks: checks)
        }
        let first = run(
            TrialSetting(instructionSet: instructionSet), checks: min(bnnm_model_check_count(model), 2))
        guard case .success(let expected) = first else { return .ran(first.status) }
        let executions = facts.hasOpenBatch ? 3 : 1
        let second = run(
            TrialSetting(instructionSet: instructionSet, threads: 2, executions: executions, filling: 0x3C), checks: 0)
        guard case .success(let found) = second else { return .ran(second.status) }
        for (output, values) in found.enumerated() {
            for execution in 0..<executions {
                let isEqual = sameValues(
                    values[(execution * expected[output].count)...].prefix(expected[output].count), expected[output],
                    isReal: facts.outputTypes[output] == BNNM_FLOAT32.rawValue)
                if !isEqual {
                    return .broken(
                        "output \(output) of execution \(execution) differs with 2 threads, instruction set \(instructionSet)"
                    )
                }
            }
        }
        return .ran(BNNM_OK)
    }

    private func opened(_ use: (OpaquePointer?, TrialAllocator) -> Outcome) -> Outcome {
        let allocator = TrialAllocator()
        let outcome = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
            message[0] = 0
            var options = bnnm_model_options()
            options.struct_size = MemoryLayout<bnnm_model_options>.size
            options.message = message.baseAddress
            options.message_capacity = message.count
            options.allocator = allocator.functions
            var model: OpaquePointer?
            let status = bnnm_model_open_memory(bytes.baseAddress, bytes.count, &options, &model)
            defer { bnnm_model_free(model) }
            return status == BNNM_OK
                ? use(model, allocator) : .refused(status, explained: message[0] != 0 && model == nil)
        }
        return allocator.live == 0 ? outcome : .broken("\(allocator.live) allocations were not given back")
    }

    private static func trying(_ model: OpaquePointer?, _ use: (ModelFacts) -> Outcome) -> Outcome {
        do { return use(try ModelFacts(model)) } catch { return .ran(error.status) }
    }
}

extension Result where Failure == ModelFacts.Refusal {
    fileprivate var status: bnnm_status {
        if case .failure(let refusal) = self { refusal.status } else { BNNM_OK }
    }
}

/// Whether two outputs have the same bytes; of two real numbers that are no numbers, the bits may differ.
private func sameValues(_ a: ArraySlice<UInt8>, _ b: [UInt8], isReal: Bool) -> Bool {
    guard a.count == b.count else { return false }
    return a.withUnsafeBytes { a in
        b.withUnsafeBytes { b in
            guard let first = a.baseAddress, let second = b.baseAddress, memcmp(first, second, a.count) != 0 else {
                return true
            }
            return isReal
                && stride(from: 0, to: a.count, by: 4).allSatisfy { offset in
                    let x = a.loadUnaligned(fromByteOffset: offset, as: Float.self)
                    let y = b.loadUnaligned(fromByteOffset: offset, as: Float.self)
                    return x.bitPattern == y.bitPattern || (x.isNaN && y.isNaN)
                }
        }
    }
}
