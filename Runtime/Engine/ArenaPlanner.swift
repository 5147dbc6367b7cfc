/// Places storages in one arena: the largest first, each in the smallest gap that fits between those placed already
/// whose lives overlap its own. Offsets and sizes are multiples of 64 bytes.
///
/// Complexity: O(n²) in the number of storages with memory of their own, for finding their places.
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
        sort(order, count) { precedes($0, $1) }
        var arenaByteCount = 0
        for position in 0..<count {
            guard let end = place(order[position], placedCount: position) else { return nil }
            arenaByteCount = max(arenaByteCount, end)
        }
        return arenaByteCount
    }

    /// The most bytes that are in use at once, once `plan` has rounded them: no arena can be smaller.
    func largestLiveSet() -> Int {
        var count = 0
        for index in 0..<storages.count {
            guard case .arena = storages[index].kind else { continue }
            order[count] = index
            placed[count] = index
            count &+= 1
        }
        sort(order, count) { storages[$0].firstUse < storages[$1].firstUse }
        sort(placed, count) { storages[$0].lastUse < storages[$1].lastUse }
        // Along the execution: a set is largest where one of its storages comes into use.
        var (largest, byteCount, gone) = (0, 0, 0)
        for position in 0..<count {
            let next = storages[order[position]]
            byteCount &+= next.byteCount
            while storages[placed[gone]].lastUse < next.firstUse {
                byteCount &-= storages[placed[gone]].byteCount
                gone &+= 1
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

    /// Heapsort of the first `count` entries of a list; the library's sort would allocate.
    private func sort(
        _ list: UnsafeMutableBufferPointer<Int>, _ count: Int, by precedes: (Int, Int) -> Bool
    ) {
        var root = count / 2
        while root > 0 {
            root &-= 1
            sift(list, root, count, by: precedes)
        }
        var end = count
        while end > 1 {
            end &-= 1
            list.swapAt(0, end)
            sift(list, 0, end, by: precedes)
        }
    }

    private func sift(
        _ list: UnsafeMutableBufferPointer<Int>, _ start: Int, _ count: Int, by precedes: (Int, Int) -> Bool
    ) {
        var root = start
        while root &* 2 &+ 1 < count {
            var child = root &* 2 &+ 1
            if child &+ 1 < count, precedes(list[child], list[child &+ 1]) { child &+= 1 }
            guard precedes(list[root], list[child]) else { return }
            list.swapAt(root, child)
            root = child
        }
    }
}
