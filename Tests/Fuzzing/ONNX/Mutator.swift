import Foundation
import SwiftProtobuf

@testable import BNNMONNX

/// libFuzzer's own mutation of bytes.
@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ data: UnsafeMutablePointer<UInt8>, _ byteCount: Int, _ capacity: Int) -> Int

/// What libFuzzer calls for a new input: the model in `data` with one to five things changed; where it holds none, and
/// now and then, other bytes.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ data: UnsafeMutablePointer<UInt8>, _ byteCount: Int, _ capacity: Int, _ seed: CUnsignedInt) -> Int
{
    var random = SeededRandom(seed: seed)
    let bytes = Data(UnsafeBufferPointer(start: data, count: byteCount))
    guard !random.chance(1, in: 32), let model = try? ONNXModelProto(serializedBytes: bytes), model.hasGraph else {
        return mutateBytes(data, byteCount, capacity)
    }
    var mutator = ModelMutator(model: model, random: random)
    for _ in 0..<mutator.pick([1, 1, 2, 3, 5])! { mutator.mutate() }
    guard let changed: Data = try? mutator.model.serializedBytes(), changed.count <= capacity else {
        return mutateBytes(data, byteCount, capacity)
    }
    changed.copyBytes(to: data, count: changed.count)
    return changed.count
}
