import CBNNM

/// What libFuzzer calls with each input: any bytes are refused with a message, or run in every way within their memory.
/// AddressSanitizer and UndefinedBehaviorSanitizer watch; a broken promise of the API ends the program.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ byteCount: Int) -> CInt {
    switch ModelTrial(UnsafeBufferPointer(start: data, count: byteCount)).runEverywhere() {
    case .refused(_, explained: true), .tooLarge, .ran(BNNM_OK): return 0
    // The trial's allocator gives no more than a limit.
    case .ran(BNNM_OUT_OF_MEMORY): return 0
    case let outcome: preconditionFailure("\(outcome)")
    }
}
