// Reports a module whose state keeps types made from specs, or objects, while the module has no m_traverse,
// and fields of the state that m_clear or m_free releases and m_traverse does not visit: the module, its
// types and their instances refer to each other and are never freed.
//
// Does not report modules without state, states that hold strings and numbers only, and single-phase modules,
// which are never freed.
//
// Known holes: state that is filled in another unit; PyModExport_ modules.

#include "analysis/EdgeNotes.h"
#include "analysis/Names.h"
#include "analysis/TypeDiscovery.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class ModuleStateGc : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const clang::VarDecl *V : U.index().initialised())
      if (auto M = readModule(V, U.context()))
        if (auto D = judge(U, *M))
          Found.push_back(std::move(*D));
    return Found;
  }

private:
  static const Function *bodyOf(Unit &U, const clang::Expr *E) {
    return E ? U.index().find(functionNamedBy(E)) : nullptr;
  }

  static std::optional<Diagnosis> judge(Unit &U, const ModuleInfo &M) {
    if (!M.State || !M.Slots)
      return std::nullopt;
    const Function *Traverse = bodyOf(U, M.Traverse);
    std::vector<const Function *> Releasers;
    for (const clang::Expr *E : {M.Clear, M.Free})
      if (const Function *F = bodyOf(U, E))
        Releasers.push_back(F);
    std::vector<Edge> Edges = U.types().edgesOf(M.State, Releasers);
    std::vector<const Edge *> Owned;
    bool HoldsType = false;
    for (const Edge &E : Edges) {
      if (E.Kind != Edge::Owned || (M.Traverse && (!E.ReleasedByType || !Traverse ||
                                                   U.types().visits(Traverse, E.Field) != Answer::No)))
        continue;
      Owned.push_back(&E);
      HoldsType |= holdsHeapType(U, E.Field);
    }
    if (Owned.empty() || (!M.Traverse && !HoldsType))
      return std::nullopt;
    return describe(M, Traverse, Owned);
  }

  static bool holdsHeapType(Unit &U, const clang::FieldDecl *Field) {
    for (const ReferenceOp &Op : U.types().references().on(Field))
      if (Op.What == ReferenceOp::Store) {
        BaseType Stored = U.types().typeNamedBy(Op.Value);
        if (Stored.What == BaseType::InUnit && Stored.Type->Heap)
          return true;
      }
    return false;
  }

  static Diagnosis describe(const ModuleInfo &M, const Function *Traverse,
                            const std::vector<const Edge *> &Owned) {
    bool One = Owned.size() == 1;
    Diagnosis D;
    D.Where = nameRange(Traverse ? static_cast<const clang::NamedDecl *>(Traverse->Decl) : M.Definition);
    D.Message = "the state of module '" + M.Name + "' owns " + quotedFields(Owned) + ", but " +
                (Traverse ? "'" + displayName(*Traverse->Decl) + "' does not visit " + (One ? "it" : "them")
                          : std::string("the module has no m_traverse")) +
                "; the module and what it refers to are never freed";
    for (const Edge *E : Owned)
      explainEdge(*E, "is not visited", D.Path);
    D.Path.push_back(
        {D.Where, Traverse ? "visit what m_clear releases" : "add m_traverse, m_clear and m_free"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(ModuleStateGc)

} // namespace ungil
