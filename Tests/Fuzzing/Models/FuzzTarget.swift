import CBNNM

private let smallByteLimit = 1 << 16

/// What libFuzzer calls with each input: any bytes are refused with a message, or run in every way within their memory.
/// AddressSanitizer and UndefinedBehaviorSanitizer watch; a broken promise of the API ends the program.
///
/// Models of much working memory are a few of the corpus and most of the time, so only one in eight of them is run, as a bit
/// of their checksum has it; what was passed over is no seed of further inputs.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ byteCount: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: data, count: byteCount)
    let isChosen = byteCount > ModelTrial.checksumOffset && bytes[ModelTrial.checksumOffset] & 7 == 0
    switch ModelTrial(bytes).runEverywhere(byteLimit: isChosen ? ModelTrial.everywhereByteLimit : smallByteLimit) {
    case .tooLarge: return -1
    case .refused(_, explained: true), .ran(BNNM_OK): return 0
    // The trial's allocator gives no more than a limit.
    case .ran(BNNM_OUT_OF_MEMORY): return 0
    case let outcome: preconditionFailure("\(outcome)")
    }
}
