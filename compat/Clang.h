// The differences between LLVM 19 and 22 that this project meets; nowhere else is the version asked for.
#pragma once

#include "clang/AST/ASTContext.h"
#include "llvm/Config/llvm-config.h"

#if defined(UNGIL_CLANG_TIDY)
#include "clang-tidy/ClangTidyCheck.h"
#include "clang-tidy/ClangTidyModule.h"
#if LLVM_VERSION_MAJOR < 22 // 22 moved the registry into ClangTidyModule.h
#include "clang-tidy/ClangTidyModuleRegistry.h"
#endif
#endif

namespace ungil {

inline clang::QualType recordType(const clang::ASTContext &Context, const clang::RecordDecl *Record) {
#if LLVM_VERSION_MAJOR < 22
  return Context.getRecordType(Record);
#else
  return Context.getCanonicalTagType(Record);
#endif
}

} // namespace ungil
