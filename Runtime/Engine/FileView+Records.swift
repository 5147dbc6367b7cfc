import BNNMFormat

/// The records of a verified model file, by index: what the C reader writes into a structure, as a value.
extension UnsafeMutablePointer<bnnmf_view> {
    func input(_ index: UInt32) -> bnnmf_port {
        var record = bnnmf_port()
        bnnmf_get_input(self, index, &record)
        return record
    }

    func output(_ index: UInt32) -> bnnmf_port {
        var record = bnnmf_port()
        bnnmf_get_output(self, index, &record)
        return record
    }

    func probe(_ index: UInt32) -> bnnmf_probe {
        var record = bnnmf_probe()
        bnnmf_get_probe(self, index, &record)
        return record
    }

    func blob(_ index: UInt32) -> bnnmf_blob {
        var record = bnnmf_blob()
        bnnmf_get_blob(self, index, &record)
        return record
    }
}
