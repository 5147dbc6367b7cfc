import BNNMFormat
import BNNMPlatform
import CBNNM

/// From the bytes of a file to a model that is ready for sessions: options, file, verification, plan.

/// The caller's options and what follows from them.
private struct OpenOptions {
    var message = Message(nil, capacity: 0)
    var functions = bnnm_allocator()
    var copies = false

    init(_ pointer: UnsafePointer<bnnm_model_options>?) throws(Failure) {
        guard let pointer else { return }
        var options = bnnm_model_options()
        let isKnown = try readOptions(pointer, into: &options)
        message = Message(options.message, capacity: options.message_capacity)
        guard isKnown else {
            throw message.failure(BNNM_INVALID_ARGUMENT, "options: members this library does not know must be 0")
        }
        guard options.copy <= 1 else { throw message.failure(BNNM_INVALID_ARGUMENT, "options: copy must be 0 or 1") }
        functions = options.allocator
        copies = options.copy == 1
    }
}

@c @implementation
public func bnnm_model_open_file(
    _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<bnnm_model_options>?,
    _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> bnnm_status {
    model?.pointee = nil
    return status { () throws(Failure) in
        let options = try OpenOptions(options)
        let message = options.message
        try InstructionSets.checkBuild(message)
        guard let path else { throw message.failure(BNNM_INVALID_ARGUMENT, "path must not be NULL") }
        guard let model else { throw message.failure(BNNM_INVALID_ARGUMENT, "model must not be NULL") }
        let allocator = try Allocator(options.functions, message)
        var file = bnnmp_file()
        try map(path, &file, message)
        do throws(Failure) {
            guard let bytes = file.bytes else {
                throw message.failure(BNNM_NOT_A_MODEL) {
                    $0.add(cString: path)
                    $0.add(": the file is empty; a .bnnm model begins with a header of 64 bytes")
                }
            }
            let opened = try open(bytes, file.byte_count, allocator, message)
            opened.pointee.file = file
            model.pointee = OpaquePointer(opened)
        } catch {
            bnnmp_unmap_file(&file)
            throw error
        }
    }
}

@c @implementation
public func bnnm_model_open_memory(
    _ bytes: UnsafeRawPointer?, _ byteCount: Int, _ options: UnsafePointer<bnnm_model_options>?,
    _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> bnnm_status {
    model?.pointee = nil
    return status { () throws(Failure) in
        let options = try OpenOptions(options)
        let message = options.message
        try InstructionSets.checkBuild(message)
        guard let bytes else { throw message.failure(BNNM_INVALID_ARGUMENT, "bytes must not be NULL") }
        guard let model else { throw message.failure(BNNM_INVALID_ARGUMENT, "model must not be NULL") }
        guard byteCount > 0 else { throw message.failure(BNNM_NOT_A_MODEL, "there are no bytes") }
        let allocator = try Allocator(options.functions, message)
        guard options.copies else {
            guard Int(bitPattern: bytes) & (Allocator.alignment &- 1) == 0 else {
                throw message.failure(BNNM_INVALID_ARGUMENT, "bytes must be aligned to 64, or the option copy be set")
            }
            model.pointee = OpaquePointer(try open(bytes, byteCount, allocator, message))
            return
        }
        let copy = try allocator.allocate(byteCount, message)
        copy.copyMemory(from: bytes, byteCount: byteCount)
        do throws(Failure) {
            let opened = try open(copy, byteCount, allocator, message)
            opened.pointee.copy = copy
            model.pointee = OpaquePointer(opened)
        } catch {
            allocator.deallocate(copy)
            throw error
        }
    }
}

@c @implementation
public func bnnm_model_free(_ model: OpaquePointer?) {
    if let model = Model.pointer(model) { Model.release(model) }
}

private func map(_ path: UnsafePointer<CChar>, _ file: inout bnnmp_file, _ message: Message) throws(Failure) {
    let result = bnnmp_map_file(path, &file)
    let (status, text): (bnnm_status, StaticString) =
        switch result {
        case BNNMP_FILE_OK: (BNNM_OK, "")
        case BNNMP_FILE_MISSING: (BNNM_FILE_NOT_FOUND, "no such file")
        case BNNMP_FILE_NOT_REGULAR: (BNNM_IO_ERROR, "not a regular file")
        case BNNMP_FILE_OUT_OF_MEMORY: (BNNM_OUT_OF_MEMORY, "no memory to map the file")
        default: (BNNM_IO_ERROR, "cannot be read: ")
        }
    guard status != BNNM_OK else { return }
    let error = file.error
    throw message.failure(status) { writer in
        writer.add(cString: path, limit: 300)
        writer.add(": ")
        writer.add(text)
        guard result == BNNMP_FILE_UNREADABLE else { return }
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            bnnmp_error_text(error, buffer.baseAddress, 128)
            writer.add(cString: UnsafePointer(buffer.baseAddress))
        }
    }
}

/// Verifies the bytes and makes a model of them. The bytes are not the model's yet: on failure they stay the caller's.
private func open(
    _ bytes: UnsafeRawPointer, _ byteCount: Int, _ allocator: Allocator, _ message: Message
) throws(Failure) -> UnsafeMutablePointer<Model> {
    var view = bnnmf_view()
    let (buffer, capacity) = message.buffer
    let result = bnnmf_open(bytes, byteCount, &view, buffer, capacity)
    guard result == BNNMF_OK else { throw Failure(status: status(of: result)) }
    let model = try ModelBuilder(view: view, allocator: allocator, message: message).allocate()
    do throws(Failure) {
        try ModelBuilder.fill(model, message)
        try Plan.make(model, message)
        model.pointee.weights = try WeightSet.make(
            UnsafePointer(model), InstructionSets.bestKernels(), allocator, message)
    } catch {
        Model.destroy(model)
        throw error
    }
    return model
}
