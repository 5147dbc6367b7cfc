/// Places storages in one arena: the largest first, each in the smallest gap that fits between those placed already
/// whose lives overlap its own. Offsets and sizes are multiples of 64 bytes.
///
/// Complexity: O(n²) in the number of storages with memory of their own.
struct ArenaPlanner {
    let storages: UnsafeMutableBufferPointer<Storage>
    /// Room for an index of each storage.
    let order: UnsafeMutableBufferPointer<Int>
    /// Room for an index of each storage.
    let placed: UnsafeMutableBufferPointer<Int>

    /// The arena's size in bytes; nil where it does not fit the address space.
    func plan() -> Int? {
        var count = 0
        for index in 0..<storages.count {
            guard case .arena = storages[index].kind, storages[index].byteCount > 0 else { continue }
            guard let size = roundedUp(storages[index].byteCount, to: Allocator.alignment) else { return nil }
            storages[index].byteCount = size
            order[count] = index
            count &+= 1
        }
        sort(count)
        var arenaByteCount = 0
        for position in 0..<count {
            guard let end = place(order[position], placedCount: position) else { return nil }
            arenaByteCount = max(arenaByteCount, end)
        }
        return arenaByteCount
    }

    /// The most bytes that are in use at once, once `plan` has rounded them: no arena can be smaller.
    func largestLiveSet() -> Int {
        var largest = 0
        for index in 0..<storages.count {
            guard case .arena = storages[index].kind else { continue }
            // A set is largest where one of its storages comes into use.
            var byteCount = 0
            for other in storages {
                guard case .arena = other.kind, other.firstUse <= storages[index].firstUse,
                    storages[index].firstUse <= other.lastUse
                else { continue }
                byteCount &+= other.byteCount
            }
            largest = max(largest, byteCount)
        }
        return largest
    }

    /// Chooses the offset of a storage and enters it into `placed`, which is sorted by offset; gives its end.
    private func place(_ index: Int, placedCount: Int) -> Int? {
        let size = storages[index].byteCount
        var best: Int?
        var bestGap = Int.max
        var free = 0
        for position in 0..<placedCount {
            let other = storages[placed[position]]
            guard storages[index].isLive(with: other) else { continue }
            let gap = other.offset &- free
            if gap >= size, gap < bestGap {
                best = free
                bestGap = gap
            }
            // Does not overflow: `place` checked the end when `other` was placed.
            free = max(free, other.offset &+ other.byteCount)
        }
        let offset = best ?? free
        storages[index].offset = offset
        var position = placedCount
        while position > 0, storages[placed[position &- 1]].offset > offset {
            placed[position] = placed[position &- 1]
            position &-= 1
        }
        placed[position] = index
        return sum(offset, size)
    }

    /// Whether `a` is placed before `b`: the larger first, else the one that is needed first.
    private func precedes(_ a: Int, _ b: Int) -> Bool {
        let (x, y) = (storages[a], storages[b])
        if x.byteCount != y.byteCount { return x.byteCount > y.byteCount }
        return x.firstUse != y.firstUse ? x.firstUse < y.firstUse : a < b
    }

    /// Heapsort of the first `count` entries of `order`; the library's sort would allocate.
    private func sort(_ count: Int) {
        var root = count / 2
        while root > 0 {
            root &-= 1
            sift(root, count)
        }
        var end = count
        while end > 1 {
            end &-= 1
            order.swapAt(0, end)
            sift(0, end)
        }
    }

    private func sift(_ start: Int, _ count: Int) {
        var root = start
        while root &* 2 &+ 1 < count {
            var child = root &* 2 &+ 1
            if child &+ 1 < count, precedes(order[child], order[child &+ 1]) { child &+= 1 }
            guard precedes(order[root], order[child]) else { return }
            order.swapAt(root, child)
            root = child
        }
    }
}
